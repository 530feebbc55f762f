"""Fill an empty site with the demo: the brief's firm, staff, and sample content."""

import os
import secrets
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand

from firm.demo import Demo
from firm.roles import EDITORS, INTAKE, INTAKE_MANAGERS, PUBLISHERS

STAFF = {
    "owner": ("Owner", "of the site", None),
    "publisher": ("Pat", "Publisher", PUBLISHERS),
    "editor": ("Eddie", "Editor", EDITORS),
    "intake": ("Ina", "Intake", INTAKE),
    "intake_manager": ("Mona", "Intake-Manager", INTAKE_MANAGERS),
}
PASSWORD_FILE = "demo-password.txt"


class Command(BaseCommand):
    help = "Loads the demo site and its staff; with numbers, synthetic posts or requests on top."

    def add_arguments(self, parser):
        parser.add_argument("--posts", type=int, default=0, help="synthetic blog posts on top")
        parser.add_argument("--requests", type=int, default=0, help="synthetic consultation requests on top")

    def handle(self, *args, **options):
        tell = self._tell if options["verbosity"] else str
        demo = Demo(staff=self._staff(), posts=options["posts"], requests=options["requests"], tell=tell)
        modules = list(demo_modules())
        for step in ("load", "finish", "add_synthetic"):
            for module in modules:
                if hasattr(module, step):
                    getattr(module, step)(demo)
        if options["verbosity"]:
            self.stdout.write("The demo is in place.")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _staff(self) -> dict:
        users, password = {}, None
        for username, (first, last, group) in STAFF.items():
            user = get_user_model().objects.filter(username=username).first()
            if user is None:
                password = password or demo_password()
                user = get_user_model().objects.create_user(
                    username,
                    email=f"{username.replace('_', '-')}@example.com",
                    password=password,
                    first_name=first,
                    last_name=last,
                    is_superuser=group is None,
                    is_staff=group is None,
                )
                if group:
                    user.groups.add(Group.objects.get(name=group))
            users[username] = user
        return users


def demo_modules():
    """Yield the ``demo`` modules of the installed apps, lowest app first."""
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.demo") is not None:
            yield import_module(f"{config.name}.demo")


def demo_password() -> str:
    """Return the password of the demo's staff: ``DEMO_PASSWORD``, else the one in the file, made at first need."""
    given = os.environ.get("DEMO_PASSWORD", "").strip()
    if given:
        return given
    path = settings.DATA_DIR / PASSWORD_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12) + "\n")
    return path.read_text().strip()
