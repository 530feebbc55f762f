"""Key rotation while others write loses nothing."""

from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from firm.encryption import key_rotation
from firm.encryption.cipher import Unreadable
from firm.encryption.fields import EncryptedTextField
from firm.encryption.key_rotation import rotate
from firm.management.commands import rotate_field_keys
from tests.firm.encryption.models import MARKER, NEW, OLD, OLDEST, REGISTRY, Note, NoteEntry

ROWS = 12


def store(count: int = ROWS) -> None:
    for number in range(count):
        note = Note.objects.create(full_name=f"{MARKER} {number}", body="Body", parties=[number])
        NoteEntry.objects.rebuild([note])


def run(**options) -> dict:
    return {tally.label.removeprefix("firm."): tally for tally in rotate(REGISTRY, **options)}


@pytest.fixture
def under_old_key(notes, keys):
    keys(OLD)
    store()
    keys(NEW, OLD)


@pytest.fixture
def command(monkeypatch, capsys):
    """Return a function that runs the command on the test models and returns its output."""
    monkeypatch.setattr(rotate_field_keys, "apps", REGISTRY)

    def call(*args) -> str:
        call_command("rotate_field_keys", *args)
        return capsys.readouterr().out

    return call


# --- Refusals ----------------------------------------------------------------------------------------


def test_the_command_ends_in_error_while_something_is_left(under_old_key, command, keys, notes):
    keys(NEW)
    with pytest.raises(CommandError, match="still under older keys") as refusal:
        command()
    assert MARKER not in str(refusal.value)
    keys(OLD)
    assert notes.first().full_name == f"{MARKER} 0"


def test_one_unreadable_row_stops_no_other(under_old_key, notes, keys):
    broken = notes.order_by("pk")[3]
    notes.filter(pk=broken.pk).update(body=notes.order_by("pk")[4].body_encrypted)
    assert run()["Note"].remaining == 1
    keys(NEW)
    assert len([note.full_name for note in notes.all()]) == ROWS
    with pytest.raises(Unreadable):
        _ = notes.get(pk=broken.pk).body


def test_a_dry_run_changes_nothing(under_old_key, command, notes):
    before = list(notes.order_by("pk").values_list("full_name", "body", "parties"))
    entries = list(NoteEntry.objects.order_by("pk").values_list("digest", "key_id"))
    printed = command("--dry-run")
    assert f"firm.Note: {ROWS} under older keys\n" in printed
    assert "Nothing was changed." in printed
    assert list(notes.order_by("pk").values_list("full_name", "body", "parties")) == before
    assert list(NoteEntry.objects.order_by("pk").values_list("digest", "key_id")) == entries


def test_an_edit_between_reading_and_writing_wins(under_old_key, notes, monkeypatch):
    reencrypt, edited = EncryptedTextField.reencrypt, notes.order_by("pk")[5].pk

    def edit_meanwhile(field, token, row_uuid):
        note = notes.get(pk=edited)
        if row_uuid == note.row_uuid and field.name == "body" and note.body != "Edited":
            note.body = "Edited"
            note.save(update_fields=["body"])
        return reencrypt(field, token, row_uuid)

    monkeypatch.setattr(EncryptedTextField, "reencrypt", edit_meanwhile)
    assert run()["Note"].remaining == 0
    assert [note.body for note in notes.order_by("pk")] == ["Body"] * 5 + ["Edited"] + ["Body"] * (ROWS - 6)


# --- What is done ------------------------------------------------------------------------------------


def test_afterwards_the_old_key_is_not_needed(under_old_key, notes, keys, command):
    printed = command()
    assert f"firm.Note: {ROWS} under older keys, {ROWS} rows renewed, 0 left\n" in printed
    assert "Nothing is left under older keys." in printed
    assert MARKER not in printed
    keys(NEW)
    assert [(note.full_name, note.body, note.hint, note.parties) for note in notes.order_by("pk")] == [
        (f"{MARKER} {number}", "Body", None, [number]) for number in range(ROWS)
    ]
    assert NoteEntry.objects.matching("name", "marker").count() == ROWS
    assert not NoteEntry.objects.exclude(key_id=NoteEntry.objects.first().key_id).exists()


def test_several_older_keys_are_left_behind_at_once(notes, keys):
    for ring in ([OLDEST], [OLD, OLDEST], [NEW, OLD, OLDEST]):
        keys(*ring)
        store(2)
    tallies = run()
    assert (tallies["Note"].outdated, tallies["Note"].renewed, tallies["Note"].remaining) == (4, 4, 0)
    keys(NEW)
    assert [note.body for note in notes.all()] == ["Body"] * 6


def test_a_second_run_has_nothing_to_do(under_old_key, notes):
    run()
    before = list(notes.order_by("pk").values_list("full_name", flat=True))
    assert [(tally.outdated, tally.renewed, tally.remaining) for tally in run().values()] == [(0, 0, 0)] * 3
    assert list(notes.order_by("pk").values_list("full_name", flat=True)) == before


def test_an_interrupted_run_is_taken_up_again(under_old_key, monkeypatch):
    reencrypt, calls = EncryptedTextField.reencrypt, []

    def interrupted(field, token, row_uuid):
        calls.append(field)
        if len(calls) > 10:
            raise KeyboardInterrupt
        return reencrypt(field, token, row_uuid)

    monkeypatch.setattr(EncryptedTextField, "reencrypt", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.setattr(EncryptedTextField, "reencrypt", reencrypt)
    tally = run()["Note"]
    assert 0 < tally.outdated < ROWS
    assert tally.remaining == 0


def test_rows_are_taken_in_batches(under_old_key, monkeypatch):
    monkeypatch.setattr(key_rotation, "BATCH", 5)
    remaining = {tally.label: tally.remaining for tally in run().values()}
    assert remaining == {"firm.Note": 0, "firm.NoteEntry": 0, "mfa.Authenticator": 0}


def test_the_command_finds_the_installed_apps(db, capsys):
    call_command("rotate_field_keys")
    assert "Nothing is left under older keys." in capsys.readouterr().out


# --- With others at work -----------------------------------------------------------------------------


def test_nothing_is_lost_with_others_at_work(tables, threads, keys):
    """Three writers edit rows, loaded before and during the change; one process rotates those and 30 others."""
    keys(OLD)
    threads(lambda: store(60))
    keys(NEW, OLD)
    started, is_over = Event(), Event()

    def write(share: int) -> dict:
        wanted, turn = {}, 0
        loaded = list(Note.objects.order_by("pk"))[share::6]
        assert started.wait(20)
        while turn < 2 or (not is_over.is_set() and turn < 200):
            for note in loaded:
                with transaction.atomic():
                    if turn % 2:
                        note = Note.objects.select_for_update().get(pk=note.pk)
                    note.body = wanted[note.pk] = f"turn {turn} of {note.pk}"
                    note.full_name = f"Person{turn}"
                    note.save()
                    NoteEntry.objects.rebuild([note])
            turn += 1
        return wanted

    def change_keys() -> dict:
        started.set()
        try:
            return run()
        finally:
            is_over.set()

    *wanted, tallies = threads(*(lambda share=share: write(share) for share in range(3)), change_keys)
    assert tallies["Note"].renewed >= 30
    assert all(tally.remaining == 0 for tally in threads(run)[0].values())
    keys(NEW)

    def look() -> tuple[dict, bool]:
        notes = {note.pk: note for note in Note.objects.all()}
        are_found = all(
            pk in set(NoteEntry.objects.matching("name", note.full_name).values_list("row", flat=True))
            for pk, note in notes.items()
        )
        return {pk: note.body for pk, note in notes.items()}, are_found

    bodies, are_found = threads(look)[0]
    edited = {pk: body for part in wanted for pk, body in part.items()}
    assert len(edited) == 30
    assert bodies == dict.fromkeys(bodies, "Body") | edited
    assert len(bodies) == 60
    assert are_found
