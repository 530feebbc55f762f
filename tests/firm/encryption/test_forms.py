"""Validation, form fields and the parsing of phone numbers."""

import pytest
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from phonenumber_field.phonenumber import to_python
from wagtail.admin.forms import WagtailAdminModelForm

from firm.encryption.cipher import decrypt, encrypt
from tests.firm.encryption.models import MARKER, Note

# --- Validation and forms ----------------------------------------------------------------------------


def test_the_plaintext_is_what_is_validated(note):
    note.full_name = "x" * 40
    note.full_clean(validate_unique=False, validate_constraints=False)
    note.full_name = "x" * 41
    with pytest.raises(ValidationError, match="at most 40 characters") as refusal:
        note.full_clean(validate_unique=False, validate_constraints=False)
    assert set(refusal.value.message_dict) == {"full_name"}
    assert note.full_name == "x" * 41


def test_what_must_not_be_blank_is_refused_when_blank(note):
    note.full_name = note.body = ""
    note.hint = None
    with pytest.raises(ValidationError) as refusal:
        note.full_clean(validate_unique=False)
    assert set(refusal.value.message_dict) == {"full_name"}


def test_a_constraint_on_what_is_blank_is_validated(note):
    note.status = "done"
    note.full_clean()
    note.body = ""
    with pytest.raises(ValidationError, match="encrypted_note_done_has_body"):
        note.full_clean()


@pytest.mark.parametrize("base", [None, WagtailAdminModelForm], ids=["django", "wagtail"])
def test_a_form_shows_and_takes_plaintext(note, notes, base):
    fields = ["full_name", "body", "hint", "parties"]
    form_class = modelform_factory(Note, **({"form": base} if base else {}), fields=fields)
    shown = form_class(instance=note).as_p()
    assert MARKER in shown
    assert "s1." not in shown
    form = form_class({"full_name": "New", "body": "", "hint": "Hint", "parties": '["B"]'}, instance=note)
    assert form.is_valid(), form.errors
    assert form.changed_data == ["full_name", "body", "parties"]
    form.save()
    note = notes.get()
    assert (note.full_name, note.body, note.hint, note.parties) == ("New", "", "Hint", ["B"])


def test_a_form_refuses_what_is_too_long(notes):
    form = modelform_factory(Note, fields=["full_name"])({"full_name": "x" * 41})
    assert list(form.errors) == ["full_name"]


def test_the_widget_of_text_is_a_text_area():
    form = modelform_factory(Note, fields=["body"])()
    assert 'textarea name="body"' in form.as_p()


def test_a_token_in_a_form_is_text(note, notes):
    token = str(note.body_encrypted)
    modelform_factory(Note, fields=["body"])({"body": token}, instance=note).save()
    assert notes.get().body == token


def test_a_token_for_this_place_can_be_set(note, notes):
    note.body_encrypted = encrypt("Sealed before", Note._meta.get_field("body").place_of(note))
    note.save()
    assert notes.get().body == "Sealed before"


# --- Telephone numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [12127365000, b"+12127365000"])
def test_a_number_is_set_as_text(value):
    with pytest.raises(TypeError, match=r"Note\.phone cannot hold") as refusal:
        Note(phone=value)
    assert "7365000" not in str(refusal.value)


@pytest.mark.parametrize("text", ["12", "911x", MARKER])
def test_what_is_no_number_is_refused_when_validated(text):
    with pytest.raises(ValidationError) as refusal:
        Note(full_name="x", phone=text).clean_fields()
    assert set(refusal.value.message_dict) == {"phone"}


@pytest.mark.parametrize("text", ["(212) 736-5000", "+1 212 736 5000", to_python("212.736.5000")])
def test_a_number_is_the_same_however_written(notes, text):
    note = notes.create(full_name="x", phone=text)
    assert note.phone.as_e164 == notes.get().phone.as_e164 == "+12127365000"
    assert decrypt(note.phone_encrypted, Note._meta.get_field("phone").place_of(note)) == "+12127365000"


def test_no_number_is_the_empty_text(notes):
    notes.create(full_name="x", phone="")
    assert notes.get().phone == notes.get().phone_encrypted == ""


def test_an_invalid_number_stays_as_entered(notes):
    notes.create(full_name="x", phone="call my office")
    assert notes.get().phone.raw_input == "call my office"


def test_a_number_that_did_not_change_is_not_encrypted_again(notes):
    before = notes.create(full_name="x", phone="+12127365000").phone_encrypted
    note = notes.get()
    note.phone = str(note.phone)
    note.save()
    assert notes.get().phone_encrypted == before


def test_a_form_reads_a_number(notes):
    form_class = modelform_factory(Note, fields=["phone"])
    assert list(form_class({"phone": "12"}).errors) == ["phone"]
    form_class({"phone": "(212) 736-5000"}, instance=notes.create(full_name="x")).save()
    assert notes.get().phone.as_e164 == "+12127365000"
    assert form_class({"phone": ""}, instance=notes.get()).save().phone == ""
