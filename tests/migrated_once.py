"""Migrates the test database once for all processes of a run: the first one makes it, the others copy it."""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from django.test.utils import setup_databases, teardown_databases

#: Tells the processes of one run from those of another; there is none without several processes.
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
_folder = Path(tempfile.gettempdir()) / f"firm-test-database-{RUN}"


@contextmanager
def migrated_database():
    """Make the test database of this process, and remove it at the end."""
    if not RUN:
        old_config = _migrate()
    else:
        _folder.mkdir(exist_ok=True)
        connection = connections["default"]
        copy = {"sqlite": _SqliteCopy, "postgresql": _PostgresqlCopy}[connection.vendor](connection)
        with (_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if copy.is_made():
                copy.take()
                old_config = _migrate(keepdb=True)
            else:
                old_config = _migrate()
                copy.make()
    yield
    teardown_databases(old_config, verbosity=0)
    if RUN and copy.is_ours:
        copy.remove()


def _migrate(**options) -> list:
    return setup_databases(verbosity=0, interactive=False, aliases={"default"}, **options)


class _Copy:
    """A migrated database that others are copied from; a file beside it says that it is ready, and its name."""

    def __init__(self, connection) -> None:
        self.connection, self.note, self.is_ours = connection, _folder / "note", False

    def is_made(self) -> bool:
        return self.note.exists()

    def make(self) -> None:
        self.note.write_text(self._make())
        self.is_ours = True

    def remove(self) -> None:
        """Remove it: by the end of the run every process has its copy."""
        shutil.rmtree(_folder)


class _SqliteCopy(_Copy):
    """The copy is a file; the test database itself is in memory, for as long as somebody is connected to it."""

    def _make(self) -> str:
        file = str(_folder / "database.sqlite3")
        self.connection.ensure_connection()
        copy = sqlite3.connect(file)
        self.connection.connection.backup(copy)
        copy.close()
        return file

    def take(self) -> None:
        name = self.connection.creation._get_test_db_name()
        self.holder = sqlite3.connect(name, uri=True, check_same_thread=False)
        copy = sqlite3.connect(self.note.read_text())
        copy.backup(self.holder)
        copy.close()


class _PostgresqlCopy(_Copy):
    """The copy is another database of the same server."""

    def _make(self) -> str:
        name = f"test_{RUN[:16]}"
        self._copy(self.connection.settings_dict["NAME"], name)
        return name

    def take(self) -> None:
        self._copy(self.note.read_text(), self.connection.creation._get_test_db_name())

    def remove(self) -> None:
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.note.read_text()}"')
        super().remove()

    def _copy(self, name: str, to: str) -> None:
        self.connection.close()
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{to}"')
            cursor.execute(f'CREATE DATABASE "{to}" TEMPLATE "{name}"')
