"""Who is told of what, and who never."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from consultations.actions import requests
from consultations.intake.forms import ConsultationForm
from consultations.intake.receive import Arrival, receive
from consultations.intake.spam import Assessment
from consultations.mail import notifications, outbox
from consultations.models import ConsultationRequest, IntakeSettings, MessageKind, MessageState, OutgoingMessage, Screen
from consultations.workflow import Status
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[str]:
    """To whom there are messages of a kind."""
    return sorted(OutgoingMessage.objects.filter(kind=kind).values_list("address", flat=True))


@pytest.fixture
def desk(db):
    """Notices go to one address."""
    return IntakeSettings.objects.create(notify_addresses="desk@example.com")


@pytest.fixture
def send(site, given, desk):
    """Return a function that sends the form as a visitor does; the same token sends it again."""

    def build(token=None, *, is_suspicious=False, **changed) -> ConsultationRequest:
        form = ConsultationForm(given(**changed), page=site.page)
        assert form.is_valid(), form.errors
        arrival = Arrival(Assessment(9 if is_suspicious else 0))
        return receive(form.cleaned_data, page=site.page, token=token or uuid.uuid4(), arrival=arrival)

    return build


# --- A new request ----------------------------------------------------------------------------------


def test_nobody_is_told_of_a_request_in_quarantine(send):
    send(email="jane@example.com", is_suspicious=True)
    assert not OutgoingMessage.objects.exists()


def test_a_correction_in_quarantine_tells_nobody_either(send):
    token = uuid.uuid4()
    send(token, is_suspicious=True)
    send(token, message="More.", email="jane@example.com")
    assert not OutgoingMessage.objects.exists()


def test_a_new_request_is_told_to_the_desk(send):
    request = send()
    message = OutgoingMessage.objects.get()
    assert (message.kind, message.request, message.address) == (MessageKind.STAFF_NEW, request, "desk@example.com")


def test_the_person_gets_a_receipt_only_with_an_address_that_is_not_kept_here(send):
    request = send(email="jane@example.com")
    receipt = OutgoingMessage.objects.get(kind=MessageKind.PERSON_RECEIPT)
    assert (receipt.request, receipt.address) == (request, "")
    assert "jane" not in receipt.dedupe_key


def test_messages_are_undone_with_the_request(send):
    with transaction.atomic():
        send(email="jane@example.com")
        assert OutgoingMessage.objects.count() == 2
        transaction.set_rollback(True)
    assert not OutgoingMessage.objects.exists()


def test_without_addresses_the_intake_staff_is_told(send, desk, staff):
    IntakeSettings.objects.update(notify_addresses="")
    for role in ("editor", "publisher", "intake", "intake_manager", "owner"):
        staff(role)
    make_user("gone", is_superuser=True, is_active=False)
    make_user("outsider", permissions=("view_consultationrequest",))
    send()
    assert told(MessageKind.STAFF_NEW) == ["intake@example.com", "intake_manager@example.com", "owner@example.com"]


def test_staff_without_an_address_or_with_the_same_one(send, desk, staff):
    IntakeSettings.objects.update(notify_addresses="")
    silent, one, other = staff("intake"), staff("intake_manager"), staff("owner")
    for user, address in ((silent, ""), (one, "Both@example.com"), (other, "both@example.com")):
        user.email = address
        user.save()
    send()
    assert [address.lower() for address in told(MessageKind.STAFF_NEW)] == ["both@example.com"]


@pytest.mark.parametrize("addresses", ["", "Intake@Example.com\nother@example.com"], ids=["accounts", "settings"])
def test_who_is_screened_off_is_not_told(desk, staff, addresses):
    IntakeSettings.objects.update(notify_addresses=addresses)
    request = Request()
    Screen.objects.create(request=request, user=staff("intake"))
    staff("intake_manager")
    found = notifications.addresses_for(request)
    assert found == (["other@example.com"] if addresses else ["intake_manager@example.com"])


# --- Released, corrected ----------------------------------------------------------------------------


def test_a_released_request_is_told_like_a_new_one(send, staff):
    request = send(email="jane@example.com", is_suspicious=True)
    requests.move(request.pk, to=Status.NEW, by=staff("intake"))
    assert told(MessageKind.STAFF_NEW) == ["desk@example.com"]
    assert told(MessageKind.PERSON_RECEIPT) == [""]


def test_other_moves_tell_nobody(desk, staff):
    requests.move(Request().pk, to=Status.IN_REVIEW, by=staff("intake"))
    assert not OutgoingMessage.objects.exists()


def test_a_receipt_that_the_quarantine_stopped_is_written_again_at_the_release(send, staff):
    by, request = staff("intake"), send(email="jane@example.com")
    requests.move(request.pk, to=Status.QUARANTINE, by=by, reason="Odd.")
    outbox.send_due()
    receipt = OutgoingMessage.objects.get(kind=MessageKind.PERSON_RECEIPT)
    assert receipt.state == MessageState.SKIPPED
    requests.move(request.pk, to=Status.NEW, by=by)
    assert OutgoingMessage.objects.get(kind=MessageKind.PERSON_RECEIPT).state == MessageState.WAITING
    assert OutgoingMessage.objects.get(kind=MessageKind.STAFF_NEW).state == MessageState.SENT


def test_the_same_form_sent_twice_tells_once(send):
    token = uuid.uuid4()
    send(token)
    send(token)
    assert OutgoingMessage.objects.count() == 1


def test_each_correction_is_told_after_the_last_one_has_left(send):
    token = uuid.uuid4()
    send(token)
    for words in ("One.", "Two."):  # the second is covered by the message of the first
        send(token, message=words)
    assert told(MessageKind.STAFF_CORRECTED) == ["desk@example.com"]
    outbox.send_due()
    send(token, message="Three.")
    assert told(MessageKind.STAFF_CORRECTED) == ["desk@example.com"] * 2


def test_a_new_address_of_the_person_gets_a_receipt_of_its_own(send):
    token = uuid.uuid4()
    send(token, email="jnae@example.com")
    outbox.send_due()
    send(token, email="jane@example.com")
    assert told(MessageKind.PERSON_RECEIPT) == ["", ""]


def test_other_corrections_bring_no_second_receipt(send):
    token = uuid.uuid4()
    send(token, email="jane@example.com")
    outbox.send_due()
    send(token, email="jane@example.com", message="More.")
    assert told(MessageKind.PERSON_RECEIPT) == [""]


def test_a_form_sent_again_and_again_does_not_write_to_everybody(send):
    token = uuid.uuid4()
    for number in range(6):
        send(token, email=f"victim{number}@example.com")
        outbox.send_due()
    assert OutgoingMessage.objects.filter(kind=MessageKind.PERSON_RECEIPT).count() == notifications.MOST_RECEIPTS


# --- Overdue ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [{}, {"contacted": True}, {"quarantined": True}, {"declined": True}], ids=str)
def test_nothing_is_overdue(desk, state):
    due = {} if not state else {"due_at": timezone.now() - timedelta(hours=1)}
    Request(**state, **due)
    assert (notifications.announce_overdue(), OutgoingMessage.objects.count()) == (0, 0)


def test_what_was_due_long_ago_is_left_to_the_digest(desk):
    Request(due_at=timezone.now() - notifications.REMIND_WITHIN - timedelta(hours=1))
    assert notifications.announce_overdue() == 0


def test_an_overdue_request_is_told_once(desk):
    Request(overdue=True)
    assert (notifications.announce_overdue(), notifications.announce_overdue()) == (1, 0)
    assert told(MessageKind.STAFF_OVERDUE) == ["desk@example.com"]


def test_whoever_sees_to_it_is_told_alone(desk, staff):
    Request(overdue=True, assignee=staff("intake"))
    notifications.announce_overdue()
    assert told(MessageKind.STAFF_OVERDUE) == ["intake@example.com"]


def test_an_attorney_to_whom_it_is_assigned_is_told(desk, staff):
    Request(overdue=True, assignee=staff("attorney"))
    notifications.announce_overdue()
    assert told(MessageKind.STAFF_OVERDUE) == ["attorney@example.com"]


@pytest.mark.parametrize("trouble", ["screened", "left", "no address"])
def test_an_assignee_who_cannot_be_told_is_replaced_by_the_desk(desk, staff, trouble):
    user = staff("intake")
    request = Request(overdue=True, assignee=user)
    if trouble == "screened":
        Screen.objects.create(request=request, user=user)
    user.is_active, user.email = trouble != "left", "" if trouble == "no address" else user.email
    user.save()
    notifications.announce_overdue()
    assert told(MessageKind.STAFF_OVERDUE) == ["desk@example.com"]


def test_a_reminder_that_was_overtaken_by_an_answer_is_not_sent(desk, site):
    request = Request(overdue=True)
    notifications.announce_overdue()
    ConsultationRequest.objects.filter(pk=request.pk).update(first_contact_at=timezone.now())
    assert outbox.send_due() == 0
    assert OutgoingMessage.objects.get().state == MessageState.SKIPPED
