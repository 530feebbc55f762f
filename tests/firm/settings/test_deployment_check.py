"""Django's and Wagtail's checks of a deployment say nothing about a server with proper secrets, on either database."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests.firm.settings.test_production import SAFE

DATABASES = {"SQLite": "sqlite:///{}/db.sqlite3", "PostgreSQL": "postgres://user:password@127.0.0.1:1/law"}
#: The one that is silenced: previews of pages are frames of the admin.
NOTHING = "System check identified no issues (1 silenced)."


def check(tmp_path, *arguments, **changed) -> subprocess.CompletedProcess:
    """Run ``manage.py check --deploy`` as an operator does, with every warning of Python shown."""
    values = SAFE | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "firm.settings.production"} | changed
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", *arguments],
        env=values,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("address", DATABASES.values(), ids=DATABASES.keys())
def test_the_deployment_check_prints_no_warning(tmp_path, address):
    done = check(tmp_path, DATABASE_URL=address.format(tmp_path))
    assert (done.stdout.strip(), done.stderr) == (NOTHING, "")
    assert done.returncode == 0


def test_it_would_say_what_is_missing(tmp_path):
    """Under other settings the same command complains: it looks at something."""
    changed = {"DJANGO_SETTINGS_MODULE": "firm.settings.local", "SITE_URL": "http://law.example"}
    done = check(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3", **changed)
    assert done.returncode == 1
    assert "security.W008" in done.stderr
