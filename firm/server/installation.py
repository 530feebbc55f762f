"""Brings an installation on embedded defaults up to date, doing only what is needed: migrations, static files, demo."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from firm.models import HomePage
from firm.monitoring.health_probes import missing_migrations

STATIC_STAMP = "static.stamp"


def migrate() -> bool:
    if not missing_migrations():
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


def collect_static() -> bool:
    """Collect, hash and compress the static files when anything in them has changed; return whether it had."""
    stamp, current = settings.DATA_DIR / STATIC_STAMP, static_fingerprint()
    if stamp.exists() and stamp.read_text() == current and settings.STATIC_ROOT.is_dir():
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(current)
    return True


def static_fingerprint() -> str:
    """A digest of what static files are made from: the project's own, the pinned packages, and how they are bundled."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.txt").read_bytes())
    digest.update((settings.BASE_DIR / "firm" / "server" / "static_storage.py").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(folder)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def load_demo_when_empty() -> bool:
    """Load the demo into a site without a home page; return whether it did."""
    if HomePage.objects.exists():
        return False
    call_command("load_demo", verbosity=0)
    return True
