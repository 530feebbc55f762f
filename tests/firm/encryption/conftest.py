import pytest
from django.db import connection

from tests.firm.encryption.models import MARKER, NEW, Note, NoteEntry


@pytest.fixture(autouse=True)
def keys(settings):
    """Return a function that sets the keys, newest first; starts with one key."""

    def use(*keys: str) -> None:
        settings.FIELD_ENCRYPTION_KEYS = list(keys)

    use(NEW)
    return use


@pytest.fixture(scope="module")
def tables(django_db_setup, django_db_blocker):
    """The tables of the test models."""
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
    """The tables, emptied by the rollback after the test."""
    return Note.objects


@pytest.fixture
def note(notes):
    """A stored note as loaded from the database."""
    return notes.get(pk=notes.create(full_name=MARKER, body="Body", hint="Hint", parties=["A", {"b": 1}]).pk)
