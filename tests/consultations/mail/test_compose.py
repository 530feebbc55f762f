"""What the mails hold, byte for byte: nothing confidential to staff, no facts to the person."""

from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.utils import timezone

from consultations.mail import outbox
from consultations.mail.compose import Obsolete, compose
from consultations.models import MessageKind, MessageText, OutgoingMessage, Screen
from consultations.workflow import Status
from firm.models import FirmSettings
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory as Message

pytestmark = pytest.mark.django_db
ABOUT_REQUEST = [MessageKind.STAFF_NEW, MessageKind.STAFF_CORRECTED, MessageKind.STAFF_OVERDUE]
TO_STAFF = [*ABOUT_REQUEST, MessageKind.STAFF_DIGEST]
#: Every word that the person typed, and the number in the ways it is written.
WORDS = ["Quillfeather", "Brambletwist", "Zephyrine", "Marrowgate", "Oxbowlane", "Thistledown", "Wobblechurch"]
NUMBERS = ["+12125550142", "2125550142", "212-555-0142", "(212) 555-0142", "555-0142"]


@pytest.fixture
def request_of_jane(site):
    return Request(
        overdue=True,
        full_name="Quillfeather",
        phone="+12125550142",
        email="zephyrine@person.example",
        person_in_need="Brambletwist",
        relationship="family",
        court="Marrowgate",
        other_parties="Oxbowlane",
        message="Thistledown",
        best_time="Wobblechurch",
        in_custody=True,
        practice_area=site.fraud,
        attorney=site.ada,
    )


def message_about(request, kind: str) -> OutgoingMessage:
    if kind == MessageKind.PERSON_RECEIPT:
        return Message(kind=kind, request=request, address="")
    return Message(kind=kind, request=None if kind == MessageKind.STAFF_DIGEST else request)


def raw(message) -> str:
    """The whole mail with its headers, both as it travels and as it is read."""
    data = compose(message, timezone.now()).message().as_bytes()
    parsed = message_from_bytes(data, policy=policy.default)
    bodies = [part.get_content() for part in parsed.walk() if not part.is_multipart()]
    return "\n".join([data.decode(), *(f"{name}: {value}" for name, value in parsed.items()), *bodies])


@pytest.mark.parametrize("kind", TO_STAFF)
def test_mails_to_staff_hold_nothing_of_the_person_s(request_of_jane, kind):
    text = raw(message_about(request_of_jane, kind))
    assert request_of_jane.reference in text
    found = [word for word in [*WORDS, *NUMBERS, "person.example"] if word.lower() in text.lower()]
    assert found == []


@pytest.mark.parametrize("kind", ABOUT_REQUEST)
def test_mails_to_staff_say_what_is_needed_to_act(request_of_jane, kind):
    text = compose(message_about(request_of_jane, kind), timezone.now()).body
    link = f"http://testserver/admin/consultations/{request_of_jane.pk}/"
    assert all(shown in text for shown in (request_of_jane.reference, "Fraud", "Urgency: ", link))


def test_the_receipt_holds_no_facts(request_of_jane):
    text = raw(message_about(request_of_jane, MessageKind.PERSON_RECEIPT))
    facts = [word for word in WORDS if word != "Zephyrine"]  # that is in the address it goes to
    found = [fact for fact in [*facts, *NUMBERS, "Fraud", "Ada Sample", "custody", "Urgent"] if fact in text]
    assert found == []
    assert "/admin/" not in text


def test_the_receipt_says_what_comes_next_and_where_to_call(request_of_jane):
    sent = compose(message_about(request_of_jane, MessageKind.PERSON_RECEIPT), timezone.now())
    assert sent.to == ["zephyrine@person.example"]
    assert request_of_jane.reference in sent.body
    assert "What happens next" in sent.body
    assert "212-555-0100" in sent.body
    assert 'href="tel:+12125550100"' in sent.alternatives[0].content
    assert request_of_jane.reference not in sent.subject  # a locked telephone shows the subject


def test_the_receipt_of_a_firm_without_a_number(request_of_jane):
    FirmSettings.objects.update(phone="")
    text = compose(message_about(request_of_jane, MessageKind.PERSON_RECEIPT), timezone.now()).body
    assert "please call the number on our website now" in text


def test_answers_to_the_receipt_reach_the_firm_and_not_the_machine(request_of_jane):
    FirmSettings.objects.update(email="office@firm.example")
    receipt, notice = (
        compose(message_about(request_of_jane, kind), timezone.now())
        for kind in (MessageKind.PERSON_RECEIPT, MessageKind.STAFF_NEW)
    )
    assert (receipt.reply_to, notice.reply_to) == (["office@firm.example"], [])


def test_the_sender_is_the_firm(request_of_jane, settings):
    message = message_about(request_of_jane, MessageKind.STAFF_NEW)
    assert compose(message, timezone.now()).from_email == "Sample Firm <website@testserver>"
    settings.DEFAULT_FROM_EMAIL = "Desk <desk@firm.example>"
    assert compose(message, timezone.now()).from_email == "Desk <desk@firm.example>"


# --- What must not leave ----------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"status": Status.QUARANTINE}, {"email": ""}], ids=str)
def test_a_receipt_that_must_not_leave(request_of_jane, change):
    for name, value in change.items():
        setattr(request_of_jane, name, value)
    request_of_jane.save()
    with pytest.raises(Obsolete):
        compose(message_about(request_of_jane, MessageKind.PERSON_RECEIPT), timezone.now())


@pytest.mark.parametrize("kind", ABOUT_REQUEST)
def test_a_wall_put_up_while_a_message_waits_stops_it(request_of_jane, kind):
    user = make_user("walled")
    message = Message(kind=kind, request=request_of_jane, address="WALLED@example.com")
    compose(message, timezone.now())
    Screen.objects.create(request=request_of_jane, user=user)
    with pytest.raises(Obsolete):
        compose(message, timezone.now())


# --- Texts ------------------------------------------------------------------------------------------


def set_text(kind: str, **values) -> None:
    MessageText.objects.filter(kind=kind).update(**values)


def test_the_firm_s_words_are_used(request_of_jane):
    set_text(MessageKind.STAFF_NEW, subject="Ring: {reference}", body="One.\n\nTwo <b>{urgency}</b>.")
    sent = compose(message_about(request_of_jane, MessageKind.STAFF_NEW), timezone.now())
    assert sent.subject == f"Ring: {request_of_jane.reference}"
    assert sent.body.startswith("One.\n\nTwo <b>")
    assert "<b>" not in sent.alternatives[0].content
    assert "Two &lt;b&gt;" in sent.alternatives[0].content


def test_a_lost_text_is_replaced_by_the_first_one(request_of_jane):
    MessageText.objects.all().delete()
    assert "New request" in compose(message_about(request_of_jane, MessageKind.STAFF_NEW), timezone.now()).subject


def test_confidential_placeholders_do_not_exist_for_the_person(request_of_jane):
    set_text(MessageKind.PERSON_RECEIPT, body="{practice_area} {urgency} {link} {due}")
    text = raw(message_about(request_of_jane, MessageKind.PERSON_RECEIPT))
    assert "{practice_area} {urgency} {link} {due}" in text
    assert "Fraud" not in text


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\u2028", "\x85"], ids=repr)
def test_no_line_break_gets_into_a_header(site, request_of_jane, break_):
    attack = f"X{break_}Bcc: spy@example.com"
    set_text(MessageKind.STAFF_NEW, subject=f"{attack} {{practice_area}}")
    site.fraud.title = attack
    site.fraud.save()
    FirmSettings.objects.update(firm_name=attack)
    Message(kind=MessageKind.STAFF_NEW, request=request_of_jane)
    assert outbox.send_due() == 1
    sent = message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    assert "Bcc" not in sent
    assert sent["Subject"].startswith("X Bcc: spy@example.com")


def test_braces_in_a_value_mean_nothing(site, request_of_jane):
    site.fraud.title = "{reference}"
    site.fraud.save()
    set_text(MessageKind.STAFF_NEW, body="Area: {practice_area}")
    assert "Area: {reference}" in compose(message_about(request_of_jane, MessageKind.STAFF_NEW), timezone.now()).body
