"""The texts of messages: who edits them, what is refused, and the preview."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import ModelLogEntry

from consultations.mail.kinds import DEFAULT_TEXTS, PLACEHOLDERS, problems_in
from consultations.models import MessageKind, MessageText

LIST = "/admin/message_texts/"
EDITORS = {"intake_manager", "owner"}
ROLES = ["editor", "publisher", "intake", "intake_manager", "owner"]
#: Permissions that do not make a manager of the intake.
ODD = [
    ("change_messagetext",),
    ("change_messagetext", "view_consultationrequest"),
    ("change_messagetext", "manage_consultationrequest"),
    ("view_consultationrequest", "change_consultationrequest", "manage_consultationrequest"),
]


def as_user(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def text(site):
    return MessageText.objects.get(kind=MessageKind.PERSON_RECEIPT)


@pytest.fixture
def manager(staff) -> Client:
    return as_user(staff("intake_manager"))


def addresses(text) -> list[str]:
    return [LIST, f"{LIST}results/", f"{LIST}edit/{text.pk}/", f"{LIST}preview/{text.pk}/"]


# --- Who --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_anonymous_is_sent_to_the_login(client, text):
    for address in addresses(text):
        assert client.get(address)["Location"].startswith("/admin/login/")
        assert client.post(address)["Location"].startswith("/admin/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_roles(staff, text, role):
    client = as_user(staff(role))
    for address in addresses(text):
        assert client.get(address).status_code == (200 if role in EDITORS else 302)
    client.post(f"{LIST}edit/{text.pk}/", {"subject": "New", "body": "Words."})
    assert (MessageText.objects.get(pk=text.pk).subject == "New") == (role in EDITORS)
    assert (LIST in client.get("/admin/").content.decode()) == (role in EDITORS)


@pytest.mark.django_db
@pytest.mark.parametrize("held", ODD, ids=str)
def test_odd_permissions_open_nothing(staff, text, held):
    client = as_user(staff("odd", *held))
    for address in addresses(text):
        assert client.get(address)["Location"] == "/admin/"
    client.post(f"{LIST}edit/{text.pk}/", {"subject": "New", "body": "Words."})
    assert MessageText.objects.get(pk=text.pk).subject == text.subject
    assert LIST not in client.get("/admin/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["new/", "delete/{pk}/", "copy/{pk}/", "history/{pk}/", "usage/{pk}/", "add/"])
def test_owner_finds_no_such_screen(staff, text, address):
    client = as_user(staff("owner"))
    assert client.get(LIST + address.format(pk=text.pk)).status_code == 404
    assert client.post(LIST + address.format(pk=text.pk)).status_code == 404


@pytest.mark.django_db
def test_nothing_can_be_added_or_deleted_in_bulk(staff, text):
    response = as_user(staff("owner")).post(f"/admin/bulk/consultations/messagetext/delete/?id={text.pk}")
    assert response.status_code == 404


@pytest.mark.django_db
def test_the_form_needs_the_token_against_forgery(staff, text):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff("owner"))
    assert client.post(f"{LIST}edit/{text.pk}/", {"subject": "New", "body": "Words."}).status_code == 403


# --- What -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_kind_has_a_text_after_the_migration():
    assert set(MessageText.objects.values_list("kind", flat=True)) == set(MessageKind.values) == set(DEFAULT_TEXTS)


@pytest.mark.parametrize("kind", MessageKind.values)
def test_the_texts_that_the_firm_finds_are_sound(kind):
    subject, body = DEFAULT_TEXTS[kind]
    MessageText(kind=kind, subject=subject, body=body).full_clean(validate_unique=False, validate_constraints=False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{name}", "{name}"),
        ("{}", "{}"),
        ("{ reference }", "{ reference }"),
        ("{reference.__class__}", "{reference.__class__}"),
        ("{reference!r}", "{reference!r}"),
        ("{practice_area}", "{practice_area}"),
        ("{reference", "no partner"),
        ("reference}", "no partner"),
        ("{{reference}}", "no partner"),
    ],
)
def test_placeholders_that_mean_nothing_are_named(text, words):
    (problem,) = problems_in(text, PLACEHOLDERS[MessageKind.PERSON_RECEIPT])
    assert words in problem


@pytest.mark.parametrize("kind", MessageKind.values)
def test_every_placeholder_of_a_kind_can_be_used(kind):
    assert PLACEHOLDERS[kind]
    assert problems_in(" ".join(f"{{{name}}}" for name in PLACEHOLDERS[kind]), PLACEHOLDERS[kind]) == []


def test_the_person_s_messages_know_no_facts():
    assert set(PLACEHOLDERS[MessageKind.PERSON_RECEIPT]) == {"reference", "firm", "phone"}


@pytest.mark.parametrize(("field", "other"), [("subject", "body"), ("body", "subject")])
def test_an_error_is_on_the_field_at_fault(field, other):
    text = MessageText(kind=MessageKind.PERSON_RECEIPT, **{field: "{urgency}", other: "Fine."})
    with pytest.raises(ValidationError) as caught:
        text.clean()
    assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize("break_", ["\n", "\r", "\u2028", "\x0b"], ids=repr)
def test_a_subject_is_one_line(break_):
    with pytest.raises(ValidationError, match="one line"):
        MessageText(kind=MessageKind.STAFF_NEW, subject=f"A{break_}B", body="Words.").clean()


@pytest.mark.django_db
def test_the_form_shows_errors_and_placeholders(manager, text):
    response = manager.post(f"{LIST}edit/{text.pk}/", {"subject": "Hello", "body": "Dear {full_name}"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "There is no placeholder {full_name} in this message." in page
    assert all(f"<code>{{{name}}}</code>" in page for name in ("reference", "firm", "phone"))
    assert "<code>{practice_area}</code>" not in page
    assert MessageText.objects.get(pk=text.pk).body == text.body


@pytest.mark.django_db
def test_every_edit_screen_opens_with_its_preview(manager, text):
    for one in MessageText.objects.all():
        page = manager.get(f"{LIST}edit/{one.pk}/").content.decode()
        assert f'data-w-preview-url-value="{LIST}preview/{one.pk}/"' in page
        assert page.count("<title>") == 1


@pytest.mark.django_db
def test_the_log_knows_the_text_by_its_kind(manager, text):
    manager.post(f"{LIST}edit/{text.pk}/", {"subject": "New", "body": "Words."})
    assert ModelLogEntry.objects.get().label == str(text) == "To the person: we have your request"


# --- Preview ----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("kind", MessageKind.values)
def test_previews_show_sample_data(manager, site, kind):
    text = MessageText.objects.get(kind=kind)
    address = f"{LIST}preview/{text.pk}/"
    manager.post(address, {"subject": text.subject, "body": text.body})
    html, plain = manager.get(f"{address}?mode=html"), manager.get(f"{address}?mode=text")
    assert html["Content-Type"].startswith("text/html")
    assert plain["Content-Type"].startswith("text/plain")
    assert "style-src 'unsafe-inline'" in html["Content-Security-Policy"]
    shown = "2" if kind == MessageKind.STAFF_UNDELIVERED else "K7MW-3QFP"
    for response in (html, plain):
        assert shown in response.content.decode()
        assert "{" not in response.content.decode()


@pytest.mark.django_db
def test_preview_shows_what_is_typed_before_it_is_saved(manager, text):
    address = f"{LIST}preview/{text.pk}/"
    typed = {"subject": "Hello {reference}", "body": "<script>alert(1)</script> Dear all."}
    assert manager.post(address, typed).json() == {"is_valid": True, "is_available": True}
    html = manager.get(f"{address}?mode=html").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Dear all." in html
    assert "<script" not in html
    assert "Subject: Hello K7MW-3QFP" in manager.get(f"{address}?mode=text").content.decode()
    assert MessageText.objects.get(pk=text.pk).body == text.body


@pytest.mark.django_db
def test_mail_fetches_nothing_and_is_readable_by_machines(text):
    html = text.serve_preview(None, "html").content.decode()
    assert '<html lang="en">' in html
    assert all(tag not in html for tag in ("<img", "<link", "<script", "src=", "url("))
