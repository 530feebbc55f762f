"""An encrypted field on an instance: read, written, deferred, copied, validated, in forms."""

import copy
import pickle
import uuid

import pytest
from django.db import connection, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firm.encryption import field_value
from firm.encryption.cipher import Token, Unreadable, is_current
from tests.firm.encryption.models import MARKER, NEW, OLD, REGISTRY, Note
from tests.firm.encryption.test_cipher import TEXTS


def stored(note) -> dict:
    """The raw contents of the columns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT full_name, body, hint, parties FROM encrypted_note WHERE id = %s", [note.pk])
        return dict(zip(("full_name", "body", "hint", "parties"), cursor.fetchone(), strict=True))


@pytest.fixture
def opened(monkeypatch):
    """The places whose values were decrypted."""
    places, decrypt = [], field_value.decrypt
    monkeypatch.setattr(
        field_value, "decrypt", lambda token, place: places.append(place.field) or decrypt(token, place)
    )
    return places


# --- Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [4711, b"Marker-Zebra-4711", ["Marker-Zebra-4711"], models.F("body"), uuid.UUID(int=1)]
)
def test_text_takes_nothing_but_text(value):
    with pytest.raises(TypeError, match=r"Note\.full_name cannot hold") as refusal:
        Note(full_name=value)
    assert "4711" not in str(refusal.value)


@pytest.mark.parametrize("value", ["Marker-Zebra-4711", 4711, True, {1, 2}])
def test_json_takes_nothing_but_a_list_or_an_object(value):
    with pytest.raises(TypeError, match=r"Note\.parties cannot hold") as refusal:
        Note(parties=value)
    assert "4711" not in str(refusal.value)


@pytest.mark.parametrize("value", [MARKER, "s1.00000000.AAAA"])
def test_the_attribute_of_the_ciphertext_takes_no_plaintext(value):
    with pytest.raises(TypeError, match="set full_name instead") as refusal:
        Note(full_name_encrypted=value)
    assert MARKER not in str(refusal.value)


def test_text_that_looks_like_a_token_is_text(notes):
    other = notes.create(full_name="Other")
    note = notes.create(full_name=str(other.full_name_encrypted))
    assert notes.get(pk=note.pk).full_name == other.full_name_encrypted
    assert stored(note)["full_name"] != other.full_name_encrypted


@pytest.mark.parametrize("column", ["full_name", "body", "hint"])
def test_ciphertext_moved_to_another_field_does_not_open(note, column):
    other = {"full_name": "body", "body": "hint", "hint": "full_name"}[column]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE encrypted_note SET full_name=%s, body=%s, hint=%s", [stored(note)[other]] * 3)
    with pytest.raises(Unreadable, match=f"firm.note.{column} of row {note.row_uuid}"):
        getattr(Note.objects.get(), column)


def test_ciphertext_moved_to_another_row_does_not_open(note, notes):
    other = notes.create(full_name="Other")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE encrypted_note SET full_name=%s WHERE id=%s", [stored(note)["full_name"], other.pk])
    with pytest.raises(Unreadable):
        _ = notes.get(pk=other.pk).full_name
    assert notes.get(pk=note.pk).full_name == MARKER


def test_a_row_under_another_row_uuid_does_not_open(note, notes):
    notes.update(row_uuid=uuid.uuid4())
    with pytest.raises(Unreadable):
        _ = notes.get().full_name


def test_plaintext_in_the_column_does_not_open_and_is_not_shown(note, notes):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE encrypted_note SET body=%s", [MARKER])
    with pytest.raises(Unreadable) as refusal:
        _ = notes.get().body
    assert MARKER not in str(refusal.value) + repr(refusal.value)


def test_a_copy_that_would_not_open_is_not_stored(note, notes):
    note.pk, note.row_uuid = None, uuid.uuid4()
    with pytest.raises(Unreadable), transaction.atomic():
        note.save()
    assert notes.count() == 1


def test_what_was_read_is_encrypted_again_for_a_copy(note, notes):
    values = (note.full_name, note.body, note.hint, note.parties)
    note.pk, note.row_uuid = None, uuid.uuid4()
    note.save()
    assert [(one.full_name, one.body, one.hint, one.parties) for one in notes.all()] == [values] * 2


def test_nothing_is_shown_by_what_holds_it(note):
    note.body = f"{MARKER} and more"
    assert note.full_name == MARKER
    assert MARKER not in repr(vars(note)) + repr(note) + str(note)


# --- Reading and writing -----------------------------------------------------------------------------


def test_values_come_back(note):
    assert (note.full_name, note.body, note.hint, note.parties) == (MARKER, "Body", "Hint", ["A", {"b": 1}])


def test_the_columns_hold_tokens(note):
    assert all(value.startswith("s1.") for value in stored(note).values())


@given(text=TEXTS, parties=st.lists(TEXTS) | st.dictionaries(TEXTS, TEXTS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_from_the_database(notes, text, parties):
    note = notes.get(pk=notes.create(full_name=text, hint=text, parties=parties).pk)
    assert (note.full_name, note.hint, note.parties) == (text, text, parties)


def test_what_is_empty_is_stored_as_it_is(notes):
    note = notes.create(full_name="", hint=None, parties=None)
    assert stored(note) == {"full_name": "", "body": "", "hint": None, "parties": None}
    note = notes.get()
    assert (note.full_name, note.body, note.hint, note.parties) == ("", "", None, None)


@pytest.mark.parametrize("value", [[], {}])
def test_empty_json_comes_back_as_it_was(notes, value):
    assert notes.get(pk=notes.create(parties=value).pk).parties == value


def test_nothing_is_opened_before_it_is_read(note, notes, opened):
    note = notes.get()
    note.status = "read"
    note.save()
    assert opened == []
    assert note.body + note.body == "BodyBody"
    assert opened == ["firm.note.body"]


def test_only_what_changed_is_encrypted_again(note):
    before = stored(note)
    note.full_name, note.body = note.full_name, note.body + "!"
    assert note.parties
    note.save()
    after = stored(note)
    assert {name for name in before if before[name] != after[name]} == {"body"}


def test_a_change_within_json_is_noticed(note, notes):
    note.parties.append("C")
    note.save()
    assert notes.get().parties == ["A", {"b": 1}, "C"]


def test_what_was_stored_stays_readable_on_the_instance(notes):
    note = notes.create(full_name=MARKER)
    assert note.full_name == MARKER
    assert isinstance(note.full_name_encrypted, Token)
    assert note.full_name_encrypted == stored(note)["full_name"]


def test_update_fields_writes_the_named_alone(note, notes):
    note.full_name, note.body = "New", "New"
    note.save(update_fields=["body"])
    assert (notes.get().full_name, notes.get().body) == (MARKER, "New")


def test_refreshing_forgets_what_was_not_saved(note):
    note.full_name = note.body = "New"
    note.refresh_from_db(fields=["body"])
    assert (note.full_name, note.body) == ("New", "Body")
    note.refresh_from_db()
    assert note.full_name == MARKER


@pytest.mark.parametrize("narrowed", [lambda notes: notes.defer("body"), lambda notes: notes.only("status")])
def test_a_deferred_value_is_fetched_at_first_reading(note, notes, narrowed, django_assert_num_queries):
    note = narrowed(notes).get()
    assert "body_encrypted" in note.get_deferred_fields()
    assert note.body == "Body"
    with django_assert_num_queries(0):
        assert note.body == "Body"


def test_saving_leaves_what_is_deferred_alone(note, notes):
    note = notes.defer("body").get()
    note.full_name = "New"
    note.save()
    assert "body_encrypted" in note.get_deferred_fields()
    assert (notes.get().full_name, notes.get().body) == ("New", "Body")


def test_a_deferred_value_can_be_set(note, notes):
    note = notes.only("status").get()
    note.body = "New"
    note.save()
    assert (notes.get().full_name, notes.get().body) == (MARKER, "New")


def test_saving_under_a_new_key_encrypts_again(keys, notes):
    keys(OLD)
    notes.create(full_name=MARKER)
    keys(NEW, OLD)
    note = notes.get()
    assert not is_current(note.full_name_encrypted)
    note.save()
    assert is_current(Token(stored(note)["full_name"]))
    keys(NEW)
    assert notes.get().full_name == MARKER


def test_a_row_whose_key_is_lost_can_be_saved_and_blanked(keys, notes):
    keys(OLD)
    before = stored(notes.create(full_name=MARKER, body="Body"))
    keys(NEW)
    note = notes.get()
    note.status, note.body = "lost", ""
    note.save()
    assert (stored(note)["full_name"], stored(note)["body"]) == (before["full_name"], "")


# --- Copies ------------------------------------------------------------------------------------------


@pytest.fixture
def _pickled_models(monkeypatch):
    """Let unpickling find the test models."""
    monkeypatch.setattr("django.db.models.base.apps", REGISTRY)


@pytest.mark.usefixtures("_pickled_models")
@pytest.mark.parametrize("touch", [False, True], ids=["unread", "read"])
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda note: pickle.loads(pickle.dumps(note))],
    ids=["copy", "deep", "pickle"],
)
def test_a_copy_is_equal_and_apart(note, duplicate, touch):
    if touch:
        assert (note.body, note.full_name) == ("Body", MARKER)
    twin = duplicate(note)
    twin.body = "New"
    assert (note.body, note.full_name, twin.body, twin.full_name) == ("Body", MARKER, "New", MARKER)
    assert twin.parties == note.parties


@pytest.mark.usefixtures("_pickled_models")
def test_a_pickle_holds_no_plaintext_and_keeps_what_was_not_saved(note, notes):
    note.body, note.hint = f"Unsaved {MARKER}", ""
    note.parties.append(MARKER)
    assert note.full_name == MARKER
    pickled = pickle.dumps(note)
    assert MARKER.encode() not in pickled
    twin = pickle.loads(pickled)
    twin.save()
    note = notes.get()
    assert (note.body, note.hint, note.parties[-1]) == (f"Unsaved {MARKER}", "", MARKER)
