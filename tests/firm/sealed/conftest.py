import sqlite3
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from django.db import connection, connections

from tests.firm.sealed.models import MARKER, NEW, Note, NoteEntry


@pytest.fixture(autouse=True)
def keys(settings):
    """Return a function that sets the keys, newest first; one key to begin with."""

    def use(*keys: str) -> None:
        settings.FIELD_ENCRYPTION_KEYS = list(keys)

    use(NEW)
    return use


@pytest.fixture(scope="module")
def tables(django_db_setup, django_db_blocker):
    """The tables of the models to test with."""
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Note)
            editor.create_model(NoteEntry)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(NoteEntry)
            editor.delete_model(Note)


@pytest.fixture
def notes(tables, db):
    """The tables, emptied by the roll-back after the test."""
    return Note.objects


@pytest.fixture
def note(notes):
    """A stored note as the database gives it."""
    return notes.get(pk=notes.create(full_name=MARKER, body="Body", hint="Hint", parties=["A", {"b": 1}]).pk)


@pytest.fixture
def at_once(tables, transactional_db, tmp_path):
    """Return a function that runs functions in threads of their own, each with a connection of its own.

    SQLite's test database lives in memory: the threads share a copy of it in the file ``at_once.path``. The name is
    set back before Django cleans up after the test, or it would take the one in memory for a file and close it.
    """
    path, settings = tmp_path / "copy.sqlite3", connections.settings["default"]
    if connection.vendor == "sqlite":
        copy = sqlite3.connect(path)
        connection.ensure_connection()
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")
        copy.close()

    def run(*functions) -> list:
        def call(function):
            try:
                return function()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(call, functions))

    run.path = path
    with patch.dict(settings, {"NAME": str(path)} if connection.vendor == "sqlite" else {}):
        yield run
        run(lambda: (NoteEntry.objects.all().delete(), Note.objects.all().delete()))
