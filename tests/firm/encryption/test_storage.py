"""No plaintext on disk: the database's raw bytes are searched."""

from pathlib import Path

from django.db import connection

from tests.firm.encryption.models import MARKER, Note, NoteEntry

CONTROL = "Control-Giraffe-4712"


def stored_bytes(path) -> bytes:
    """All bytes of the two tables as they are on disk."""
    if connection.vendor == "sqlite":
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT n::text FROM encrypted_note n UNION ALL SELECT e::text FROM encrypted_note_entry e")
        return "\n".join(text for (text,) in cursor.fetchall()).encode()


def test_no_plaintext_is_on_disk(tables, threads):
    def write() -> bytes:
        note = Note.objects.create(full_name=MARKER, body=MARKER, hint=MARKER, parties=[MARKER], status=CONTROL)
        NoteEntry.objects.rebuild([note])
        note.body = f"{MARKER} edited"
        note.save()
        note.hint = f"{MARKER} edited"
        Note.objects.bulk_update([note], ["hint"])
        Note.objects.bulk_create([Note(full_name=f"{MARKER} many")])
        return stored_bytes(Path(threads.database))

    everything = threads(write)[0]
    assert CONTROL.encode() in everything
    assert MARKER.encode() not in everything
    assert MARKER.lower().encode() not in everything
    assert b"zebra" not in everything.lower()
