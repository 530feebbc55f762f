"""Rows are found by their index entries only."""

import pytest
from django.db import IntegrityError, transaction

from firm.encryption.blind_index import normalise_phone
from firm.encryption.cipher import Unreadable
from tests.firm.encryption.models import NEW, OLD, OLDEST, Note, NoteEntry


@pytest.fixture
def indexed(notes):
    """Return a function that stores a note and indexes it."""

    def store(name: str, **values) -> Note:
        note = Note.objects.create(full_name=name, **values)
        NoteEntry.objects.rebuild([note])
        return note

    return store


def found(text: str, purpose: str = "name") -> set:
    return {note.full_name for note in Note.objects.filter(pk__in=NoteEntry.objects.matching(purpose, text))}


def test_a_row_needs_all_words(indexed):
    for name in ("John Smith", "John Doe", "Jane Smith"):
        indexed(name)
    assert found("john smith mary") == set()
    assert found("smi jo") == {"John Smith"}
    assert found("smith") == {"John Smith", "Jane Smith"}


@pytest.mark.parametrize("text", ["", "  ", "-"])
def test_nothing_is_found_without_words(indexed, text):
    indexed("John Smith")
    assert found(text) == set()


def test_a_row_is_not_found_under_another_purpose(indexed):
    indexed("John Smith")
    assert found("john", "email") == set()


def test_a_row_is_found_by_its_whole_address_alone(indexed):
    note = indexed("John", body="John@Example.com")
    assert list(NoteEntry.objects.equal_to("email", "john@example.com")) == [{"row": note.pk}]
    assert not NoteEntry.objects.equal_to("email", "john@example.co").exists()
    assert not NoteEntry.objects.equal_to("email", "").exists()
    assert found("john", "email") == set()


def test_a_row_is_found_by_its_number_however_written(indexed):
    note = indexed("John", phone="(212) 736-5000")
    found = NoteEntry.objects.equal_to("phone", normalise_phone("+1 212 736 5000"))
    assert list(found) == [{"row": note.pk}]


def test_nothing_stands_for_an_empty_value(indexed):
    indexed("")
    assert not NoteEntry.objects.exists()


def test_rebuilding_follows_what_is_stored(indexed):
    note = indexed("John Smith")
    note.full_name = "John Smythe"
    NoteEntry.objects.rebuild([note])
    assert found("smith") == {"John Smith"}
    note.save()
    NoteEntry.objects.rebuild([note])
    assert found("smith") == set()
    assert found("smythe") == {"John Smythe"}


def test_rebuilding_leaves_alone_what_still_holds(indexed, django_assert_num_queries):
    note = indexed("John Smith")
    before = set(NoteEntry.objects.values_list("pk", flat=True))
    note.full_name = "John"
    note.save()
    NoteEntry.objects.rebuild([note.pk, note])
    assert 0 < NoteEntry.objects.count() < len(before)
    assert set(NoteEntry.objects.values_list("pk", flat=True)) < before


def test_a_row_that_is_gone_has_no_entries(indexed):
    note = indexed("John Smith")
    NoteEntry.objects.rebuild([note.pk + 1])
    assert NoteEntry.objects.exclude(row=note).count() == 0


def test_the_entries_of_an_unreadable_row_remain(indexed, keys):
    note = indexed("John Smith")
    before = list(NoteEntry.objects.values_list("pk", flat=True))
    keys(OLD)
    with pytest.raises(Unreadable), transaction.atomic():
        NoteEntry.objects.rebuild([note])
    assert list(NoteEntry.objects.values_list("pk", flat=True)) == before


def test_a_digest_stands_once_for_a_row(indexed):
    indexed("John Smith")
    entry = NoteEntry.objects.first()
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()


def test_rows_are_found_while_keys_rotate(indexed, keys):
    keys(OLDEST)
    indexed("John Smith")
    keys(OLD, OLDEST)
    indexed("John Doe")
    keys(NEW, OLD, OLDEST)
    assert found("john") == {"John Smith", "John Doe"}
    assert found("john sm") == {"John Smith"}


def test_all_rows_are_rebuilt_batch_by_batch(notes, monkeypatch):
    monkeypatch.setattr("firm.encryption.models.BATCH", 3)
    Note.objects.bulk_create([Note(full_name=f"John Number{number}") for number in range(8)])
    assert NoteEntry.objects.rebuild_all() == 8
    assert len(found("john")) == 8
    assert found("number7") == {"John Number7"}


def test_a_search_is_one_query_however_many_words(indexed, django_assert_num_queries):
    indexed("John Ronald Reuel Tolkien")
    with django_assert_num_queries(1):
        assert found("john ronald reuel tolk")


def test_no_entry_names_what_it_stands_for(indexed):
    indexed("Smith")
    entry = NoteEntry.objects.first()
    assert str(entry) == f"name entry {entry.pk}"
    assert "smi" not in repr(vars(entry)).lower()
