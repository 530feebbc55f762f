"""An installation to back up, and an empty one beside it to restore into, each with files of its own."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from django.db import connection, connections

from firm.backups.keys import make_pair

PUBLIC, SECRET = make_pair()


class Installations:
    """Two copies of the migrated test database. ``move`` leaves the first one for the other, which is empty."""

    def __init__(self, folder: Path, settings) -> None:
        self.folder, self.settings, self.first = folder, settings, connection.settings_dict["NAME"]
        self.other = str(folder / "other.sqlite3") if connection.vendor == "sqlite" else f"{self.first}_other"
        self._make_other()
        self._use_folder("first")
        settings.BACKUP_RECIPIENT = [PUBLIC]
        self.secret_file = folder / "secret.txt"
        self.secret_file.write_text(SECRET)

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

    def _make_other(self) -> None:
        connection.close()
        if connection.vendor == "sqlite":
            with sqlite3.connect(self.first) as source, sqlite3.connect(self.other) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=WAL")
            return
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{self.other}" TEMPLATE "{self.first}"')


@pytest.fixture
def installations(threads, tmp_path, settings):
    made = Installations(tmp_path, settings)
    yield made
    made.remove()
    shutil.rmtree(tmp_path / "first", ignore_errors=True)
