"""Answers to the person: who may write, what is refused, what leaves the house, and what is kept of it."""

import uuid
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.utils import timezone

from consultations.actions import replies, requests
from consultations.actions.replies import answer
from consultations.actions.requests import NOTE_LENGTH, Refused
from consultations.case.timeline import history_of
from consultations.mail import outbox
from consultations.mail.delivery_errors import ATTEMPTS
from consultations.mail.kinds import ANSWER_PLACEHOLDERS, left_open
from consultations.mail.render import SUBJECT_LENGTH
from consultations.models import (
    AnswerTemplate,
    AuditAction,
    AuditEntry,
    ConsultationRequest,
    EventKind,
    MessageKind,
    MessageState,
    MessageText,
    OutgoingMessage,
    RequestEvent,
)
from consultations.workflow import Status
from firm.models import FirmSettings
from tests.consultations.actions.test_requests import BLIND, WORKERS, account
from tests.consultations.case.note_factories import SECRET, colleague
from tests.consultations.conftest import ROLES, make_user
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.test_at_rest import everything_stored

TO = "jane@person.example"


def write(request, *, by, **changed):
    return answer(request.pk, by=by, **{"subject": "Your request", "text": f"Hello.\n\n{SECRET}."} | changed)


def reachable(**values) -> ConsultationRequest:
    return Request(email=TO, **values)


# --- Who, and what is refused -----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*sorted(BLIND), *sorted(WORKERS)])
def test_roles(role):
    request = reachable()
    user = account(role, request)
    if role in BLIND:
        with pytest.raises(ConsultationRequest.DoesNotExist):
            write(request, by=user)
    else:
        write(request, by=user)
    assert OutgoingMessage.objects.exists() == RequestEvent.objects.exists() == (role in WORKERS)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.facts["doing"]) == ("changed" if role in WORKERS else "refused", "answer")


@pytest.mark.django_db
def test_reading_alone_is_not_enough(staff):
    with pytest.raises(Refused) as refusal:
        write(reachable(), by=staff("reader", "view_consultationrequest"))
    assert refusal.value.code == "not_permitted"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"subject": " \n\t"}, "no_subject"),
        ({"subject": "x" * (SUBJECT_LENGTH + 1)}, "long_subject"),
        ({"subject": "See you on {appointment}"}, "open_subject"),
        ({"text": "\n \n"}, "empty"),
        ({"text": "x" * (NOTE_LENGTH + 1)}, "too_long"),
        ({"text": "With {attorney} on {appointment}"}, "open_text"),
    ],
    ids=str,
)
def test_what_is_refused_leaves_nothing(staff, changed, code):
    request = reachable()
    with pytest.raises(Refused) as refusal:
        write(request, by=staff("intake"), **changed)
    assert refusal.value.code == code
    assert (OutgoingMessage.objects.count(), RequestEvent.objects.count()) == (0, 0)
    request.refresh_from_db()
    assert request.first_contact_at is None
    assert AuditEntry.objects.get().facts == {"doing": "answer", "why": code}


@pytest.mark.django_db
def test_nobody_is_written_to_without_an_address(staff):
    with pytest.raises(Refused) as refusal:
        write(Request(email=""), by=staff("intake"))
    assert refusal.value.code == "no_address"


@pytest.mark.django_db
@pytest.mark.parametrize("status", Status.values)
def test_states_in_which_nobody_is_written_to(staff, status):
    request = reachable(status=status, merged_into=Request() if status == Status.MERGED else None)
    if status in {Status.QUARANTINE, Status.MERGED}:
        with pytest.raises(Refused) as refusal:
            write(request, by=staff("intake"))
        assert refusal.value.code == "forbidden"
    else:
        write(request, by=staff("intake"))
        request.refresh_from_db()
        assert request.status == status
    assert OutgoingMessage.objects.exists() == (status not in {Status.QUARANTINE, Status.MERGED})


# --- What it does -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_stops_the_clock_and_reaches_nobody(staff):
    request, now = reachable(overdue=True), timezone.now()
    answer(request.pk, subject="x", text="y", by=staff("intake"), now=now)
    request.refresh_from_db()
    assert (request.first_contact_at, request.status, request.awaits_first_contact) == (now, Status.NEW, False)


@pytest.mark.django_db
def test_a_second_answer_leaves_the_time_of_the_first(staff):
    user, request = staff("intake"), reachable()
    write(request, by=user)
    first = ConsultationRequest.objects.get(pk=request.pk).first_contact_at
    write(request, by=user)
    assert ConsultationRequest.objects.get(pk=request.pk).first_contact_at == first
    assert OutgoingMessage.objects.count() == 2


@pytest.mark.django_db
def test_no_word_of_it_is_in_facts_or_trail(staff):
    write(reachable(), by=staff("intake"), subject=f"About {SECRET}")
    event = RequestEvent.objects.get()
    assert event.text == f"Hello.\n\n{SECRET}."
    assert event.values == {"subject": f"About {SECRET}"}
    assert event.facts == {"direction": "out", "channel": "email"}
    assert [entry.facts for entry in AuditEntry.objects.all()] == [{"doing": "answer"}]
    assert SECRET not in str(OutgoingMessage.objects.values().get())


def test_nothing_is_readable_in_the_database(threads):
    def store():
        request = Request(email="giraffe.moss@example.com")
        user = colleague()
        write(request, by=user, subject="Marmotkeys", text="Okapistones and heronbells")
        requests.add_note(request.pk, text="Pelicanhalls @ina", by=user)
        return request

    request = threads(store)[0]
    stored = everything_stored(threads.database).lower()
    assert request.reference.lower().encode() in stored
    for word in (b"marmotkeys", b"okapistones", b"heronbells", b"pelicanhalls", b"giraffe.moss"):
        assert word not in stored


@pytest.mark.django_db
def test_same_form_twice_sends_once(staff):
    user, request, once = staff("intake"), reachable(), uuid.uuid4()
    for _ in range(2):
        write(request, by=user, once=once)
    assert (OutgoingMessage.objects.count(), RequestEvent.objects.count()) == (1, 1)
    for changed in ({"text": "Other."}, {"subject": "Other"}):
        with pytest.raises(Refused) as refusal:
            write(request, by=user, once=once, **changed)
        assert refusal.value.code == "sent_otherwise"
    with pytest.raises(Refused):
        write(reachable(), by=user, once=once)
    requests.add_note(request.pk, text="x", by=user, once=(other := uuid.uuid4()))
    with pytest.raises(Refused):
        write(request, by=user, text="x", once=other)


def test_same_form_many_times_at_once_sends_once(threads):
    request, user, once = reachable(), colleague(), uuid.uuid4()
    assert threads(*[lambda: write(request, by=user, once=once).pk] * 8) == [request.pk] * 8
    assert (OutgoingMessage.objects.count(), RequestEvent.objects.count()) == (1, 1)
    mail.outbox = []
    assert sum(threads(*[outbox.send_due] * 4)) == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["announce_answer", "record.record"])
def test_nothing_is_left_when_a_part_fails(staff, monkeypatch, broken):
    def fail(*args, **facts):
        raise RuntimeError("broken")

    request, user = reachable(), staff("intake")
    monkeypatch.setattr(f"consultations.actions.replies.{broken}", fail)
    with pytest.raises(RuntimeError):
        write(request, by=user)
    request.refresh_from_db()
    assert (OutgoingMessage.objects.count(), RequestEvent.objects.count()) == (0, 0)
    assert request.first_contact_at is None


# --- The mail ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_mail(site, staff):
    FirmSettings.objects.update(email="desk@firm.example")
    request = reachable()
    write(
        request, by=staff("intake"), subject="Your\r\nBcc: all@example.com", text="One <b>&</b> {urgency}\n\nTwo\nthree"
    )
    assert outbox.send_due() == 1
    data = mail.outbox[0].message().as_bytes()
    parsed = message_from_bytes(data, policy=policy.default)
    assert (parsed["To"], parsed["Reply-To"], parsed["Bcc"]) == (TO, "desk@firm.example", None)
    assert parsed["Subject"] == "Your Bcc: all@example.com"
    assert parsed["Auto-Submitted"] is None
    plain, html = (part.get_content() for part in parsed.iter_parts())
    assert plain.startswith("One <b>&</b> {urgency}\n\nTwo\nthree\n\nYour reference: ")
    assert "One &lt;b&gt;&amp;&lt;/b&gt; {urgency}<br>\n<br>\nTwo<br>\nthree" in html
    assert request.reference in plain
    assert "/admin/" not in data.decode()


@pytest.mark.django_db
def test_braces_that_are_no_placeholder_of_ours_are_text(site, staff):
    write(reachable(), by=staff("intake"), text="if (x) { y } {} {{0}} {reference.__class__}")
    outbox.send_due()
    assert "if (x) { y } {} {{0}} {reference.__class__}" in mail.outbox[0].body


@pytest.mark.django_db
def test_it_goes_to_the_address_as_it_is_when_it_leaves(site, staff):
    request = reachable()
    write(request, by=staff("intake"))
    request.refresh_from_db()
    request.email = "corrected@person.example"
    request.save()
    outbox.send_due()
    assert mail.outbox[0].to == ["corrected@person.example"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "words"), [("waiting", "waiting to be sent"), ("sent", "sent"), ("dead", "could not be delivered")]
)
def test_the_timeline_says_how_far_it_has_come(site, staff, state, words):
    user, request = staff("intake"), reachable()
    write(request, by=user)
    message = OutgoingMessage.objects.get()
    if state == "sent":
        outbox.send_due()
    elif state == "dead":
        OutgoingMessage.objects.update(attempts=ATTEMPTS)
        outbox.send_due()
        message.refresh_from_db()
        assert message.state == MessageState.DEAD
    lines = {line.kind: line for line in history_of(request, user).lines}
    assert lines[EventKind.ANSWERED].title == f"E-mail to the person: {words}"
    assert lines[EventKind.ANSWERED].subject == "Your request"
    OutgoingMessage.objects.all().delete()
    if state == "sent":  # sent messages are forgotten, the timeline is not
        assert history_of(request, user).lines[-1].title == "E-mail to the person: sent"


@pytest.mark.django_db
def test_quarantined_before_it_leaves_it_is_not_sent_and_staff_read_so(site, staff):
    user, request = staff("intake"), reachable()
    write(request, by=user)
    requests.move(request.pk, to=Status.QUARANTINE, reason="x", by=user)
    assert (outbox.send_due(), mail.outbox) == (0, [])
    titles = [line.title for line in history_of(request, user).lines]
    assert "E-mail to the person: not sent" in titles
    OutgoingMessage.objects.all().delete()
    assert "E-mail to the person: not sent" in [line.title for line in history_of(request, user).lines]


# --- Templates --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_templates_that_the_firm_finds_are_sound(site):
    templates = list(AnswerTemplate.objects.all())
    assert len(templates) == 5
    for template in templates:
        template.full_clean()
        assert template.serve_preview(None, "text").status_code == 200
    refusal = AnswerTemplate.objects.get(title="We cannot take your case").body
    for words in ("no attorney–client relationship", "Deadlines may apply", "consult another lawyer promptly"):
        assert words in refusal


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["subject", "body", "text_message"])
@pytest.mark.parametrize("bad", ["{nobody}", "{name", "{}", "{name.__class__}", "{message}", "{court}"])
def test_unknown_placeholders_are_refused_by_name(manager_client, field, bad):
    given = {"title": "New", "subject": "x", "body": "y", "text_message": "", field: f"Hello {bad}"}
    response = manager_client.post("/admin/answer_templates/new/", given)
    assert response.status_code == 200
    assert not AnswerTemplate.objects.filter(title="New").exists()
    assert set(response.context["form"].errors) == {field}


@pytest.fixture
def manager_client(client, staff):
    client.force_login(staff("intake_manager"))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["editor", "publisher", "intake", "intake_manager", "owner"])
def test_who_keeps_templates(client, staff, role):
    user = staff(role)
    client.force_login(user)
    may, pk = role in {"intake_manager", "owner"}, AnswerTemplate.objects.first().pk
    base = "/admin/answer_templates/"
    for address in ("", "results/", "new/", f"edit/{pk}/", f"delete/{pk}/"):
        assert client.get(base + address).status_code == (200 if may else 302), address
    given = {"title": "New", "subject": "To {name}", "body": "y", "text_message": ""}
    client.post(f"{base}new/", given)
    assert AnswerTemplate.objects.filter(title="New").exists() == may
    client.post(f"{base}edit/{pk}/", given | {"title": "Changed"})
    assert AnswerTemplate.objects.filter(title="Changed").exists() == may
    preview = client.post(f"{base}preview/", given | {"title": "Another"})
    assert (preview.status_code == 200 and preview.json()["is_valid"]) == may
    client.post(f"{base}delete/{pk}/")
    assert AnswerTemplate.objects.filter(pk=pk).exists() != may
    assert (base in client.get("/admin/").content.decode()) == may


@pytest.mark.django_db
@pytest.mark.parametrize(
    "held",
    [
        ("change_answertemplate", "add_answertemplate"),
        ("change_answertemplate", "view_consultationrequest"),
        ("view_consultationrequest", "manage_consultationrequest"),
    ],
)
def test_odd_permissions_open_nothing(client, staff, held):
    client.force_login(staff("odd", *held))
    pk = AnswerTemplate.objects.first().pk
    for address in ("", "new/", f"edit/{pk}/", f"delete/{pk}/"):
        assert client.get(f"/admin/answer_templates/{address}")["Location"] == "/admin/"


@pytest.mark.django_db
def test_what_is_known_is_filled_in_and_what_is_not_is_left_open(site, staff):
    user = staff("intake")
    attorney = make_user("ada", group=ROLES["publisher"], first_name="Ada", last_name="Law")
    at = timezone.now().replace(year=2028, month=1, day=4, hour=14, minute=30)
    request = reachable(full_name="{firm} Jane", status=Status.SCHEDULED, scheduled_for=at, assignee=attorney)
    values = replies.values_for(request)
    assert set(values) == set(ANSWER_PLACEHOLDERS) - {"lawyer"}
    assert (values["attorney"], values["appointment"]) == ("Ada Law", "Tuesday, January 4, 2028, 9:30 AM")
    drafts = [draft for drafts in replies.drafts_for(request) for draft in drafts]
    assert len(drafts) == 5
    assert "{firm} Jane" in drafts[0].text
    plain = reachable(assignee=user)
    assert "attorney" not in replies.values_for(plain)
    appointment = next(
        d for drafts in replies.drafts_for(plain) for d in drafts if d.template.title.endswith("appointment")
    )
    assert left_open(appointment.text) == ["appointment", "attorney"]
    assert replies.values_for(reachable(attorney=site.ada, assignee=user))["attorney"] == "Ada Sample"


@pytest.mark.django_db
def test_those_for_this_request_come_first(site):
    AnswerTemplate.objects.all().delete()
    given = {"subject": "x", "body": "y"}
    for title, values in {
        "any": {},
        "new": {"suggested_in": "new"},
        "scheduled": {"suggested_in": "scheduled"},
        "fraud": {"practice_area": site.fraud},
        "drugs": {"practice_area": site.drugs},
    }.items():
        AnswerTemplate.objects.create(title=title, **given, **values)
    fitting, others = replies.drafts_for(reachable(practice_area=site.fraud))
    assert [draft.template.title for draft in fitting] == ["any", "fraud", "new"]
    assert [draft.template.title for draft in others] == ["drugs", "scheduled"]


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["subject", "body"])
def test_the_frame_cannot_lose_what_staff_write(manager_client, field):
    text = MessageText.objects.get(kind=MessageKind.PERSON_ANSWER)
    given = {"subject": "{subject}", "body": "{text}", field: "Hello from {firm}"}
    response = manager_client.post(f"/admin/message_texts/edit/{text.pk}/", given)
    assert set(response.context["form"].errors) == {field}


# --- The screen -------------------------------------------------------------------------------------


@pytest.fixture
def intake(client, staff):
    user = staff("intake")
    client.force_login(user)
    return user


@pytest.mark.django_db
def test_a_chosen_template_is_filled_in_without_a_script(site, client, intake):
    request = reachable(full_name="Jane Sample")
    template = AnswerTemplate.objects.get(title="We tried to reach you")
    page = client.get(f"/admin/consultations/{request.pk}/?template={template.pk}").content.decode()
    assert "Hello Jane Sample,\n\nthank you for writing to us." in page.split('id="id_answer_text"')[1]
    assert 'value="We tried to reach you"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["x", "0", "-1", "9" * 40, "\x00", "'", ""])
def test_a_template_that_there_is_not_begins_nothing(site, client, intake, odd):
    response = client.get(f"/admin/consultations/{reachable().pk}/", {"template": odd})
    assert response.status_code == 200
    assert not response.context["desk"].notes.chosen


@pytest.mark.django_db
def test_preview_shows_the_mail_and_sends_nothing(site, client, intake):
    request = reachable()
    given = {"subject": "A subject", "text": "My <words>", "once": uuid.uuid4(), "preview": "on"}
    response = client.post(f"/admin/consultations/{request.pk}/answer/", given)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Preview: nothing is sent yet" in page
    assert "My &lt;words&gt;</p>" in page
    assert f"Your reference: {request.reference}" in page
    assert "Not saved" not in page
    assert (OutgoingMessage.objects.count(), RequestEvent.objects.count()) == (0, 0)
    given.pop("preview")
    assert client.post(f"/admin/consultations/{request.pk}/answer/", given).status_code == 302
    assert OutgoingMessage.objects.get().kind == MessageKind.PERSON_ANSWER


@pytest.mark.django_db
@pytest.mark.parametrize("button", [{}, {"preview": "on"}])
@pytest.mark.parametrize("given", [{"subject": "", "text": "My words"}, {"subject": "My words", "text": ""}])
def test_a_refusal_keeps_what_was_typed(site, client, intake, given, button):
    response = client.post(f"/admin/consultations/{reachable().pk}/answer/", given | button)
    assert response.status_code == 422
    assert "My words" in response.content.decode()
    assert not OutgoingMessage.objects.exists()


@pytest.mark.django_db
def test_an_open_placeholder_comes_back_at_its_field(site, client, intake):
    given = {"subject": "x", "text": "On {appointment}, my words"}
    response = client.post(f"/admin/consultations/{reachable().pk}/answer/", given)
    page = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#id_answer_text">Text</a>: Write what is to stand for {appointment}.' in page
    assert "On {appointment}, my words" in page


@pytest.mark.django_db
@pytest.mark.parametrize("preferred", ["phone", "text", "email"])
def test_who_asked_for_another_way_is_warned_of_and_not_refused(site, client, intake, preferred):
    request = reachable(preferred_contact=preferred, sms_consent=True)
    page = client.get(f"/admin/consultations/{request.pk}/").content.decode()
    assert ("They asked to be" in page) == (preferred != "email")
    client.post(f"/admin/consultations/{request.pk}/answer/", {"subject": "x", "text": "y"})
    assert OutgoingMessage.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("has_consent", [True, False])
def test_texts_to_copy_need_consent(site, client, intake, has_consent):
    request = reachable(sms_consent=has_consent)
    template = AnswerTemplate.objects.get(title="We tried to reach you")
    page = client.get(f"/admin/consultations/{request.pk}/?template={template.pk}").content.decode()
    assert ('id="id_short"' in page) == has_consent
    if has_consent:
        assert f'href="sms:{request.phone.as_e164}">Open' in page
        assert f"name the reference {request.reference}." in page.split('id="id_short"')[1]


@pytest.mark.django_db
@pytest.mark.parametrize("values", [{"email": ""}, {"quarantined": True}], ids=str)
def test_no_form_where_nobody_can_be_written_to(site, client, intake, values):
    request = Request(**{"email": TO} | values)
    page = client.get(f"/admin/consultations/{request.pk}/").content.decode()
    assert 'id="id_answer_text"' not in page
    response = client.post(f"/admin/consultations/{request.pk}/answer/", {"subject": "x", "text": "My words"})
    assert response.status_code == 422
    assert "My words" in response.content.decode()
    both = {"subject": "x", "text": "My words", "preview": "on"}
    assert client.post(f"/admin/consultations/{request.pk}/answer/", both).status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["answer", "remind", "reminder/done", "reminder/later"])
@pytest.mark.parametrize("role", ["anonymous", "editor", "other attorney", "screened intake", "screened owner"])
def test_new_addresses_tell_nobody_what_there_is(client, staff, role, address):
    request = reachable()
    if role != "anonymous":
        user = staff({"editor": "editor", "other attorney": "publisher"}.get(role, role.split()[-1]))
        client.force_login(user)
        if role == "other attorney":
            Request(assignee=user)
        if role.startswith("screened"):
            request.screens.create(user=user)
    found = [
        (response.status_code, response.get("Location", "").split("?")[0], response.content)
        for pk in (request.pk, 999_999)
        for response in [client.post(f"/admin/consultations/{pk}/{address}/", {"subject": "x", "text": "y"})]
    ]
    assert found[0] == found[1]
    assert found[0][0] == (404 if role.split()[0] in {"other", "screened"} else 302)
    assert not RequestEvent.objects.exists()
    assert AuditEntry.objects.filter(action=AuditAction.REFUSED).exists() == (role != "anonymous")
