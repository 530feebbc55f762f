"""An installation to back up, and an empty one beside it to restore into, each with files of its own."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone
from pyrage.x25519 import Identity
from wagtail.documents import get_document_model

from consultations.actions import requests
from consultations.models import ConsultationRequest
from firm.search.site_search import note_page
from tests import factories
from tests.consultations.factories import ConsultationRequestFactory as Request

STORY = "Stopped on the Belt Parkway with a friend's car, café „Zürich“ \t\\N\n 中文 \U0001f600"


def run(*arguments, **options) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


def fill() -> ConsultationRequest:
    """Make one of everything that has to come back; return a request that knows the number of an erased one."""
    owner = factories.UserFactory(username="owner", owner=True)
    note_page(factories.HomePageFactory())
    factories.ImageFactory(title="Court", size=(40, 30))
    get_document_model().objects.create(title="Retainer", file=ContentFile(b"confidential", name="retainer.txt"))
    request = Request(full_name="Zebrawine Okapi", email="zebra@example.com", message=STORY)
    requests.add_note(request.pk, text="Called twice.", by=owner)
    erased = Request(full_name="Erased")
    request.erased_number = erased.pk
    erased.delete()
    Session.objects.create(session_key="k" * 32, session_data="x", expire_date=timezone.now())
    (django_settings.DATA_DIR / "archive").mkdir()
    (django_settings.DATA_DIR / "archive" / "copy.tar").write_bytes(b"\0\xffcopy")
    return request


class Installations:
    """A copy of the migrated test database, and one without tables. ``move`` leaves the first one for the other."""

    def __init__(self, folder: Path, settings) -> None:
        self.folder, self.settings, self.first = folder, settings, connection.settings_dict["NAME"]
        self.other = str(folder / "other.sqlite3") if connection.vendor == "sqlite" else f"{self.first}_other"
        if connection.vendor == "postgresql":
            connection.close()
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{self.other}" TEMPLATE template0')
        self._use_folder("first")
        identity = Identity.generate()
        settings.BACKUP_RECIPIENT = [str(identity.to_public())]
        self.identity = folder / "key.txt"
        self.identity.write_text(f"# a comment\n{identity}\n")

    def move(self, *, to_other: bool = True) -> None:
        """Be the other installation from now on, or the first one again."""
        connection.close()
        connections.settings["default"]["NAME"] = self.other if to_other else self.first
        connections["default"].settings_dict["NAME"] = connections.settings["default"]["NAME"]
        self._use_folder("other" if to_other else "first")

    def remove(self) -> None:
        self.move(to_other=False)
        connection.close()
        if connection.vendor == "postgresql":
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{self.other}" WITH (FORCE)')

    def _use_folder(self, name: str) -> None:
        self.settings.DATA_DIR = self.folder / name
        self.settings.MEDIA_ROOT = self.folder / name / "media"
        self.settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def installations(threads, tmp_path, settings):
    made = Installations(tmp_path, settings)
    yield made
    made.remove()


@pytest.fixture
def backup(installations):
    """A backup of a filled installation; the process is in the empty one afterwards."""
    installations.request = fill()
    installations.path = installations.folder / "one.tar.gz.age"
    installations.said = run("backup", installations.path)
    installations.move()
    return installations


def restore(backup, **options) -> str:
    return run("restore", backup.path, identity=str(backup.identity), **options)
