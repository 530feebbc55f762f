"""Loads the demo once for all processes of a run: the first that needs it makes it, the others take a copy."""

import fcntl
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections, transaction

from tests.migrated_once import RUN


class DemoDatabase:
    """A database with the demo beside the test database of this process, made at first need."""

    def __init__(self) -> None:
        self.connection, self.name, self.is_ours = None, "", False
        self.folder = Path(tempfile.gettempdir()) / f"firm-test-demo-{RUN}" if RUN else Path(tempfile.mkdtemp())
        self.note = self.folder / "note"

    @contextmanager
    def lent(self):
        """Have everybody use it instead of the test database within the block. Tests roll back what they write."""
        original, name = connections["default"], connections.settings["default"]["NAME"]
        if original.in_atomic_block:
            raise RuntimeError("The demo cannot take the place of a database that is written to.")
        cache.clear()
        try:
            if self.connection is None:
                self._open(original)
            connections["default"], connections.settings["default"]["NAME"] = self.connection, self.name
            yield
        finally:
            connections["default"], connections.settings["default"]["NAME"] = original, name
            cache.clear()

    def remove(self) -> None:
        """Remove it, and what the others have copied it from when that was made here."""
        if self.connection is None:
            return
        self.connection.close()
        if connections["default"].vendor == "postgresql":
            self._drop(self.name)
        if self.is_ours:
            with self._locked():
                if connections["default"].vendor == "postgresql":
                    self._drop(self.note.read_text())
                shutil.rmtree(self.folder)

    def _open(self, original) -> None:
        with self._locked():
            kind = {"sqlite": self._open_on_sqlite, "postgresql": self._open_on_postgresql}[original.vendor]
            kind(original)

    @contextmanager
    def _locked(self):
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open_on_sqlite(self, original) -> None:
        file = self.folder / "demo.sqlite3"
        self._connect("file:memorydb_demo?mode=memory&cache=shared")
        if self.note.exists():
            source = sqlite3.connect(file)
            source.backup(self.connection.connection)
            source.close()
            self._take_files()
        else:
            original.connection.backup(self.connection.connection)
            self._load()
            copy = sqlite3.connect(file)
            self.connection.connection.backup(copy)
            copy.close()
            self._keep(str(file))

    def _open_on_postgresql(self, original) -> None:
        own = original.settings_dict["NAME"]
        name, shared = f"{own}_demo", f"{own}_demo_made"
        if self.note.exists():
            self._copy(self.note.read_text(), name)
            self._connect(name)
            self._take_files()
        else:
            original.close()
            self._copy(own, name)
            self._connect(name)
            self._load()
            self.connection.close()
            self._copy(name, shared)
            self._keep(shared)

    def _connect(self, name: str) -> None:
        connections.settings["default"]["NAME"] = self.name = name
        del connections["default"]
        self.connection = connections["default"]
        self.connection.ensure_connection()

    def _load(self) -> None:
        """What is done after a commit is left out: no test of the others has that done either."""
        with transaction.atomic():
            call_command("load_demo", verbosity=0)
            self.connection.run_on_commit.clear()

    def _keep(self, note: str) -> None:
        shutil.copytree(settings.MEDIA_ROOT, self.folder / "media", dirs_exist_ok=True)
        self.note.write_text(note)
        self.is_ours = True

    def _take_files(self) -> None:
        shutil.copytree(self.folder / "media", settings.MEDIA_ROOT, dirs_exist_ok=True)

    def _copy(self, name: str, to: str) -> None:
        self._drop(to)
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{to}" TEMPLATE "{name}"')

    def _drop(self, name: str) -> None:
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
