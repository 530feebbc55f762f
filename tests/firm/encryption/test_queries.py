"""Queries on encrypted fields: what is sent, what is returned, what is refused."""

import uuid

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.core.serializers.base import DeserializationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat, Upper
from django.test.utils import CaptureQueriesContext

from firm.encryption.cipher import Token
from firm.encryption.fields import EncryptedJSONField, EncryptedTextField
from tests.firm.encryption.models import MARKER, Note

LOOKUPS = ["exact", "iexact", "in", "contains", "icontains", "startswith", "gt", "range", "regex", "search", "unknown"]


# --- Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lookup", LOOKUPS)
@pytest.mark.parametrize("name", ["full_name", "full_name_encrypted", "parties"])
def test_a_lookup_by_plaintext_is_refused(notes, name, lookup):
    with pytest.raises(FieldError, match="is encrypted") as refusal:
        list(notes.filter(**{f"{name}__{lookup}": [MARKER] if lookup == "in" else MARKER}))
    assert MARKER not in str(refusal.value)


@pytest.mark.parametrize(
    "ask",
    [
        lambda notes: notes.filter(full_name=MARKER),
        lambda notes: notes.exclude(full_name=MARKER),
        lambda notes: notes.filter(full_name=None),
        lambda notes: notes.filter(full_name__upper__contains=MARKER),
        lambda notes: notes.filter(Q(status="new") | Q(body=MARKER)),
        lambda notes: notes.get_or_create(full_name=MARKER),
        lambda notes: notes.annotate(is_it=Case(When(full_name=MARKER, then=1))),
        lambda notes: notes.filter(full_name__is_token=MARKER),
    ],
)
def test_no_way_leads_to_a_lookup_by_plaintext(notes, ask):
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        pytest.raises(FieldError, match="is encrypted") as refusal,
    ):
        list(ask(notes))
    assert MARKER not in str(refusal.value)
    assert not any(MARKER in query["sql"] for query in queries)


@pytest.mark.parametrize(
    "value",
    [
        MARKER,
        "s1.00000000.AAAA",
        4711,
        Value(MARKER),
        F("status"),
        F("body"),
        Upper("status"),
        Concat("full_name", Value(MARKER)),
        Cast(Value(MARKER), models.TextField()),
        Case(When(status="new", then=Value(MARKER)), default=Value("")),
        Case(When(status="new", then=Value("")), default=Value(MARKER)),
        Case(When(status="new", then=F("status"))),
    ],
)
@pytest.mark.parametrize("name", ["full_name", "full_name_encrypted"])
def test_no_query_stores_plaintext(note, notes, name, value):
    before = notes.values_list("full_name", flat=True).get()
    with transaction.atomic(), pytest.raises(FieldError, match="is encrypted") as refusal:
        notes.update(**{name: value})
    assert MARKER not in str(refusal.value)
    assert notes.values_list("full_name", flat=True).get() == before


def test_a_fixture_with_plaintext_is_refused(tables):
    field = Note._meta.get_field("full_name")
    with pytest.raises(ValidationError, match="not an encrypted text") as refusal:
        field.to_python(MARKER)
    assert MARKER not in str(refusal.value)


def test_a_constraint_on_what_is_blank_holds_in_the_database(note, notes):
    notes.update(status="done")
    with pytest.raises(IntegrityError), transaction.atomic():
        notes.update(body="")
    assert notes.get().body == "Body"


# --- What may be asked -------------------------------------------------------------------------------


def test_values_are_ciphertext(note, notes):
    assert notes.values("full_name").get() == {"full_name": note.full_name_encrypted}
    assert notes.values_list("full_name", flat=True).get() == note.full_name_encrypted
    assert notes.values().get()["full_name_encrypted"] == note.full_name_encrypted
    assert isinstance(notes.annotate(name=F("full_name")).get().name, Token)


def test_what_is_null_is_found(notes):
    without, having = notes.create(full_name="a"), notes.create(full_name="b", hint="")
    assert list(notes.filter(hint__isnull=True)) == [without]
    assert list(notes.exclude(hint__isnull=True)) == [having]


def test_what_is_blank_is_found(notes):
    null, blank, full = (notes.create(full_name=str(hint), hint=hint) for hint in (None, "", "Hint"))
    assert set(notes.filter(hint__isblank=True)) == {null, blank}
    assert set(notes.filter(hint__isblank=False)) == {full}


def test_blank_is_asked_with_yes_or_no(notes):
    with pytest.raises(ValueError, match="True or False"):
        list(notes.filter(hint__isblank=MARKER))


def test_a_query_may_blank(note, notes):
    assert notes.update(full_name="", hint=None) == 1
    assert (notes.get().full_name, notes.get().hint) == ("", None)


def test_a_query_may_store_a_token(note, notes):
    field = Note._meta.get_field("full_name")
    assert notes.filter(full_name__is_token=note.full_name_encrypted).update(
        full_name=field.reencrypt(note.full_name_encrypted, note.row_uuid)
    )
    assert notes.get().full_name_encrypted != note.full_name_encrypted
    assert notes.get().full_name == MARKER


def test_many_are_created_at_once(notes):
    notes.bulk_create([Note(full_name=f"Name {number}", parties=[number]) for number in range(20)], batch_size=7)
    assert [(note.full_name, note.parties) for note in notes.order_by("pk")] == [
        (f"Name {number}", [number]) for number in range(20)
    ]


def test_many_are_updated_at_once(notes):
    rows = [notes.create(full_name=f"Name {number}", body="Body", hint="Hint") for number in range(5)]
    for row in rows[:3]:
        row.full_name, row.body, row.hint, row.parties = row.full_name + "!", "", None, {"a": row.pk}
    with CaptureQueriesContext(connection) as queries:
        assert notes.bulk_update(rows, ["full_name", "body", "hint", "parties"]) == 5
    assert not any("Name" in query["sql"] for query in queries)
    assert [(note.full_name, note.body, note.hint, note.parties) for note in notes.order_by("pk")] == [
        *((f"Name {number}!", "", None, {"a": rows[number].pk}) for number in range(3)),
        *((f"Name {number}", "Body", "Hint", None) for number in (3, 4)),
    ]


def test_update_or_create(notes):
    row_uuid = uuid.uuid4()
    for body in ("first", "second"):
        notes.update_or_create(row_uuid=row_uuid, defaults={"body": body}, create_defaults={"body": body, "hint": body})
    assert (notes.get().body, notes.get().hint) == ("second", "first")


def test_no_query_and_no_log_shows_plaintext(notes, caplog):
    caplog.set_level("DEBUG")
    with CaptureQueriesContext(connection) as queries:
        note = notes.create(full_name=MARKER, body=MARKER, parties=[MARKER])
        note.hint = MARKER
        note.save()
        assert notes.get().hint == MARKER
    assert len(queries) >= 3
    assert not any(MARKER in query["sql"] for query in queries)
    assert MARKER not in caplog.text


# --- Fixtures and migrations -------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "xml", "jsonl"])
def test_a_fixture_holds_ciphertext_and_can_be_loaded(notes, form, monkeypatch):
    note = notes.create(full_name=MARKER, body="", hint=None, parties=[MARKER])
    text = serializers.serialize(form, [note])
    assert MARKER not in text
    note.delete()
    monkeypatch.setattr(
        f"django.core.serializers.{'xml_serializer' if form == 'xml' else 'python'}.apps", note._meta.apps
    )
    for found in serializers.deserialize(form, text):
        found.save()
    note = notes.get()
    assert (note.full_name, note.body, note.hint, note.parties) == (MARKER, "", None, [MARKER])


def test_a_fixture_that_someone_wrote_by_hand_is_refused(notes, monkeypatch):
    monkeypatch.setattr("django.core.serializers.python.apps", Note._meta.apps)
    with pytest.raises(DeserializationError, match="not an encrypted text"):
        list(serializers.deserialize("python", [{"model": "firm.note", "pk": 1, "fields": {"full_name": "Plain"}}]))


@pytest.mark.parametrize(
    ("field", "options"),
    [
        (EncryptedTextField(max_length=9, blank=True), {"max_length": 9, "blank": True}),
        (EncryptedTextField(place="old.app.field"), {"place": "old.app.field"}),
        (EncryptedJSONField(blank=True), {"blank": True, "null": True}),
    ],
)
def test_a_migration_can_write_it_down(field, options):
    assert field.deconstruct()[1:] == (f"firm.encryption.fields.{type(field).__name__}", [], options)
    text, imports = MigrationWriter.serialize(field)
    assert text.startswith("firm.encryption.fields.Encrypted")
    assert imports == {"import firm.encryption.fields"}


def test_a_historic_model_reads_and_writes(note, notes):
    state = ProjectState()
    state.add_model(ModelState.from_model(Note))
    historic = state.apps.get_model("firm", "Note")
    row = historic.objects.get()
    assert row.full_name == MARKER
    row.body = "From a migration"
    row.save()
    assert notes.get().body == "From a migration"


def test_a_renamed_field_keeps_its_place(note):
    state = ProjectState()
    old = ModelState.from_model(Note)
    old.fields["called"] = EncryptedTextField(place="firm.note.full_name", db_column="full_name")
    del old.fields["full_name"]
    state.add_model(old)
    assert state.apps.get_model("firm", "Note").objects.get().called == MARKER


def test_a_field_can_be_added_to_a_table_with_rows(tables, threads):
    def add():
        Note.objects.create(full_name=MARKER)
        field = EncryptedTextField(blank=True)
        field.set_attributes_from_name("later")
        field.model = Note
        with connection.schema_editor() as editor:
            editor.add_field(Note, field)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT later FROM encrypted_note")
                return cursor.fetchall()
        finally:
            with connection.schema_editor() as editor:
                editor.remove_field(Note, field)

    assert threads(add) == [[("",)]]
