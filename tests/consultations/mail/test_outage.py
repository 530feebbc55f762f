"""The outbox over hours of a mail server that refuses everybody, is away, or has no such mailbox; on a moved clock."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from consultations.mail import outbox
from consultations.mail.delivery_errors import ATTEMPTS
from consultations.models import MessageKind, MessageState, OutgoingMessage
from tests.consultations.conftest import make_user
from tests.consultations.factories import OutgoingMessageFactory as Message
from tests.consultations.mail.mail_server import MailServer, closed_port
from tests.consultations.mail.test_delivery import at, smtp

pytestmark = pytest.mark.django_db
START = datetime(2027, 3, 2, 15, tzinfo=UTC)
MANY = 56
#: Enough where only the kind of the refusal counts.
SOME = 12
STEP = timedelta(seconds=30)


@pytest.fixture
def clock(home):
    with time_machine.travel(START, tick=False) as moved:
        yield moved


@pytest.fixture
def managers(home):
    make_user("mona", group="Intake managers")
    make_user("root", is_superuser=True)
    make_user("ina", group="Intake")


def run(clock, port: int, span: timedelta) -> None:
    """Let the worker send as it does, for so long."""
    end = timezone.now() + span
    with smtp(port):
        while timezone.now() < end:
            outbox.send_due()
            clock.shift(STEP)


def waiting() -> int:
    return OutgoingMessage.objects.filter(state=MessageState.WAITING).count()


def dead():
    return OutgoingMessage.objects.filter(state=MessageState.DEAD)


OUTAGES = {
    "refuses every recipient": at("RCPT", "550 no such user"),
    "refuses every recipient with a code": at("RCPT", "550 5.1.1 no such user"),
    "refuses our address": at("MAIL", "550 who are you"),
    "refuses by policy": at("END", "554 5.7.1 not today"),
    "is too busy": at("GREETING", "421 busy"),
    "refuses at once": at("GREETING", "554 go away"),
}


@pytest.mark.parametrize("script", OUTAGES.values(), ids=OUTAGES.keys())
def test_a_server_that_refuses_everybody_ends_no_message(clock, script):
    Message.create_batch(SOME)
    with MailServer(script) as server:
        run(clock, server.port, timedelta(minutes=20))
        assert (waiting(), dead().count()) == (SOME, 0)
    with MailServer() as server:
        run(clock, server.port, timedelta(minutes=5))
        assert (waiting(), len(server.mails)) == (0, SOME)


def test_after_a_weekend_without_a_server_all_leave_within_five_minutes(clock):
    Message.create_batch(MANY)
    nowhere = closed_port()
    for _ in range(64):
        with smtp(nowhere):
            outbox.send_due()
        clock.shift(timedelta(hours=1))
    assert (waiting(), dead().count()) == (MANY, 0)
    with MailServer() as server:
        run(clock, server.port, timedelta(minutes=5))
        assert (waiting(), len(server.mails)) == (0, MANY)


def test_without_a_server_one_message_a_minute_is_tried(clock):
    Message.create_batch(MANY)
    greetings = []
    with MailServer(lambda stage, _: greetings.append(stage) or "421 busy") as server:
        run(clock, server.port, timedelta(minutes=5))
    assert greetings == ["GREETING"] * 5


def test_a_mailbox_that_is_not_there_is_given_up_while_others_get_their_mail(clock, managers):
    bad = Message(to_person=True)
    with MailServer(at("RCPT", "550 5.1.1 no such user", only=bad.request.email)) as server:
        for _ in range(12):
            Message()
            run(clock, server.port, timedelta(minutes=1))
        bad.refresh_from_db()
        assert (bad.state, bad.last_error) == (MessageState.DEAD, "refused the recipient (550)")
        assert dead().count() == 1
        told = [mail for mail in server.mails if "could not be delivered" in mail["Subject"]]
    assert sorted(mail["To"] for mail in told) == ["mona@example.com", "root@example.com"]
    for mail in told:
        assert "1" in mail["Subject"]
        assert bad.request.email not in mail.as_string()


def test_managers_hear_of_what_died_in_an_outage_when_the_server_is_back(clock, managers):
    Message.create_batch(3, attempts=ATTEMPTS - 1)
    with MailServer(at("END", "554 5.7.1 not today")) as server:
        run(clock, server.port, timedelta(minutes=1))
        assert dead().count() == 3
    with MailServer() as server:
        run(clock, server.port, timedelta(minutes=5))
        assert server.receivers == ["mona@example.com", "root@example.com"]
        assert {mail["Subject"] for mail in server.mails} == {"Mail that could not be delivered: 3"}


def test_the_mail_about_undelivered_mail_is_not_needed_once_all_was_sent_again(clock, managers):
    Message(attempts=ATTEMPTS - 1)
    with MailServer(at("END", "554 no")) as server:
        run(clock, server.port, STEP)
    dead().update(state=MessageState.WAITING, attempts=0)
    with MailServer() as server:
        run(clock, server.port, timedelta(minutes=5))
        assert len(server.mails) == 1
    skipped = OutgoingMessage.objects.filter(kind=MessageKind.STAFF_UNDELIVERED)
    assert set(skipped.values_list("state", flat=True)) == {MessageState.SKIPPED}


def test_the_mail_about_undelivered_mail_tells_of_none_about_itself(clock, managers):
    Message(kind=MessageKind.STAFF_UNDELIVERED, request=None, attempts=ATTEMPTS - 1, address="gone@example.com")
    Message(given_up=True)
    with MailServer(at("END", "554 no")) as server:
        run(clock, server.port, timedelta(minutes=2))
    assert dead().count() == 2
    assert OutgoingMessage.objects.count() == 2
