"""The outbox and a mail server that fails in every way; and several workers at once."""

from threading import Barrier

import pytest
from django.core import mail
from django.test import override_settings

from consultations.mail import notifications, outbox
from consultations.models import IntakeSettings, MessageState, OutgoingMessage
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.factories import OutgoingMessageFactory as Message
from tests.consultations.mail.mail_server import DROP, HANG, MailServer, closed_port

WORKERS, MESSAGES = 4, 12


def smtp(port: int):
    return override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_TIMEOUT=0.3,
    )


def at(stage: str, answer: str, *, only: str = ""):
    """A script that gives this answer at one stage, or only when ``only`` is mentioned."""
    return lambda now, argument: answer if now == stage and only in argument else None


#: What the server does, and what is stored of it.
REFUSALS = {
    "no such recipient": (at("RCPT", "550 no such user jane.secret@example.com"), "refused the recipient (550)"),
    "recipient put off": (at("RCPT", "450 try later"), "put the recipient off (450)"),
    "too busy to greet": (at("GREETING", "421 busy"), "the mail server refused (421)"),
    "our address refused": (at("MAIL", "550 who are you"), "refused our own address (550)"),
    "data put off": (at("DATA", "451 disk full"), "refused the message (451)"),
    "message refused": (at("END", "554 looks like spam"), "refused the message (554)"),
    "hangs up at once": (at("GREETING", DROP), "the mail server broke off"),
    "hangs up after the data": (at("END", DROP), "the mail server broke off"),
    "never greets": (at("GREETING", HANG), None),
    "never confirms": (at("END", HANG), None),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("script", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_server_that_refuses_once_ends_no_message(home, script, words):
    message = Message(to_person=True)
    with MailServer(script) as server, smtp(server.port):
        assert outbox.send_due() == 0
    message.refresh_from_db()
    assert (message.state, message.leased_until) == (MessageState.WAITING, None)
    assert message.next_attempt_at > message.created_at
    assert message.last_error == (words or message.last_error) != ""
    assert "secret" not in message.last_error


@pytest.mark.django_db
def test_no_server_at_all(home):
    message = Message()
    with smtp(closed_port()):
        assert outbox.send_due() == 0
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.WAITING, "no mail server answers there")


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["RCPT", "END"])
@pytest.mark.parametrize("answer", ["550 no", "450 later", DROP])
def test_one_bad_mail_does_not_poison_the_others(home, stage, answer):
    first, *others = Message.create_batch(4)
    seen = []

    def script(now, argument):
        if now == "RCPT":
            seen.append(first.address in argument)
        return answer if now == stage and seen[-1] else None

    with MailServer(script) as server, smtp(server.port):
        assert outbox.send_due() == 3
        assert set(server.receivers) - {first.address} == {other.address for other in others}
    first.refresh_from_db()
    assert first.state != MessageState.SENT


@pytest.mark.django_db
def test_a_batch_uses_one_connection(home):
    Message.create_batch(3)
    greetings = []
    with MailServer(lambda stage, argument: greetings.append(stage)) as server, smtp(server.port):
        assert outbox.send_due() == 3
    assert greetings.count("GREETING") == 1
    assert greetings.count("QUIT") == 1


@pytest.mark.django_db
def test_every_attempt_carries_the_same_message_id(home):
    message = Message()
    answers = [DROP]
    script = lambda stage, argument: answers.pop() if stage == "END" and answers else None  # noqa: E731
    with MailServer(script) as server, smtp(server.port):
        assert outbox.send_due() == 0
        OutgoingMessage.objects.update(next_attempt_at=message.created_at)
        assert outbox.send_due() == 1
        assert [one["Message-ID"] for one in server.mails] == [message.message_id] * 2


@pytest.mark.django_db
def test_messages_have_identities_of_their_own():
    first, second = Message.create_batch(2)
    assert first.message_id != second.message_id
    assert first.message_id.endswith("@testserver>")


def test_workers_at_once_send_each_message_once(threads):
    request = Request()
    expected = sorted(message.message_id for message in Message.create_batch(MESSAGES, request=request))
    barrier = Barrier(WORKERS)
    mail.outbox = []

    def work() -> int:
        barrier.wait()
        return outbox.send_due()

    assert sum(threads(*[work] * WORKERS)) == MESSAGES
    assert sorted(one.extra_headers["Message-ID"] for one in mail.outbox) == expected
    assert {message.attempts for message in OutgoingMessage.objects.all()} == {1}


def test_two_workers_remind_once(threads):
    IntakeSettings.objects.create(notify_addresses="desk@example.com")
    Request.create_batch(3, overdue=True)
    threads(notifications.announce_overdue, notifications.announce_overdue)
    assert OutgoingMessage.objects.count() == 3
