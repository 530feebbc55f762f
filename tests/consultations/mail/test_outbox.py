"""The outbox itself: what is taken, in which order, and what is kept of each attempt."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from consultations.mail import outbox
from consultations.mail.delivery_errors import ATTEMPTS, LONGEST_PAUSE
from consultations.models import EventKind, MessageState, OutgoingMessage, RequestEvent
from tests.consultations.factories import OutgoingMessageFactory as Message

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """As when the process ends: nothing catches it."""


@pytest.fixture(autouse=True)
def _site(home):
    """The firm has settings, and a name."""


def ids_sent() -> list[str]:
    return [one.extra_headers["Message-ID"] for one in mail.outbox]


@pytest.fixture
def backend(monkeypatch, settings):
    """Return a function that makes the mail server do something instead of taking a mail."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    take = EmailBackend.send_messages

    def when_sending(do):
        def send_messages(self, messages):
            return do(messages[0]) or take(self, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", send_messages)

    return when_sending


# --- What is not sent -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [MessageState.DEAD, MessageState.SKIPPED])
def test_what_is_settled_stays(state):
    Message(state=state)
    assert (outbox.send_due(), mail.outbox) == (0, [])


def test_what_was_sent_is_not_sent_again():
    Message()
    assert (outbox.send_due(), outbox.send_due(), len(mail.outbox)) == (1, 0, 1)


def test_what_is_not_due_waits():
    now = timezone.now()
    Message(next_attempt_at=now + timedelta(seconds=1))
    assert (outbox.send_due(now), outbox.send_due(now + timedelta(seconds=2))) == (0, 1)


def test_what_another_worker_has_is_left_to_it_until_its_lease_ends():
    now = timezone.now()
    Message(leased_until=now + timedelta(seconds=1))
    assert (outbox.send_due(now), outbox.send_due(now + timedelta(seconds=1))) == (0, 1)


def test_what_killed_every_worker_is_given_up():
    message = Message(attempts=ATTEMPTS)
    assert outbox.send_due() == 0
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.DEAD, "the worker ended while sending it")


def test_an_erased_request_takes_its_messages_along():
    message = Message()
    message.request.delete()
    assert not OutgoingMessage.objects.exists()


# --- What is sent -----------------------------------------------------------------------------------


def test_the_oldest_goes_first():
    now = timezone.now()
    late, early = Message(next_attempt_at=now), Message(next_attempt_at=now - timedelta(hours=1))
    outbox.send_due()
    assert ids_sent() == [early.message_id, late.message_id]


def test_what_is_kept_of_a_sent_message():
    now, message = timezone.now(), Message(failed=True)
    outbox.send_due(now)
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.leased_until) == (MessageState.SENT, now, None)
    assert (message.attempts, message.last_error) == (2, "")


def test_headers_and_parts():
    Message(address="desk@example.com")
    outbox.send_due()
    (sent,) = mail.outbox
    message = sent.message()
    assert sent.to == ["desk@example.com"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]


def test_one_run_is_bounded(monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 2)
    Message.create_batch(3)
    assert (outbox.send_due(), outbox.send_due()) == (2, 1)


# --- Failures ---------------------------------------------------------------------------------------


def fail(mail):
    raise RuntimeError("jane.secret@example.com")


def test_a_failure_is_kept_and_tried_again_later(backend):
    backend(fail)
    now, message = timezone.now(), Message()
    assert outbox.send_due(now) == 0
    message.refresh_from_db()
    assert (message.state, message.attempts, message.leased_until) == (MessageState.WAITING, 1, None)
    assert message.last_error == "error (RuntimeError)"
    assert timedelta(seconds=40) < message.next_attempt_at - now <= timedelta(minutes=1)


def test_what_always_fails_is_given_up_in_the_end(backend):
    backend(fail)
    now, message = timezone.now(), Message(attempts=ATTEMPTS - 3)
    for number in range(3):
        message.refresh_from_db()
        assert (message.state, message.attempts) == (MessageState.WAITING, ATTEMPTS - 3 + number)
        now += LONGEST_PAUSE
        outbox.send_due(now)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.DEAD, ATTEMPTS)


def test_what_ends_every_worker_is_given_up_within_hours():
    now, message = timezone.now(), Message()
    for _ in range(16):
        if outbox.claim(now):
            now += outbox.LEASE
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.DEAD, "the worker ended while sending it")


def test_a_text_that_cannot_be_drawn_is_tried_again(monkeypatch):
    message = Message()
    monkeypatch.setattr(outbox, "compose", lambda message, now: fail(None))
    assert outbox.send_due() == 0
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.WAITING, "error (RuntimeError)")


def test_a_failing_message_blocks_no_other(backend):
    first, *others = Message.create_batch(4)
    backend(lambda sent: fail(None) if sent.to == [first.address] else None)
    assert outbox.send_due() == 3
    assert ids_sent() == [other.message_id for other in others]


def test_a_server_that_takes_nothing_has_not_sent_it(monkeypatch):
    message = Message()
    monkeypatch.setattr(EmailBackend, "send_messages", lambda self, messages: 0)
    assert outbox.send_due() == 0
    message.refresh_from_db()
    assert message.state == MessageState.WAITING


def test_without_a_server_a_run_tries_one_and_leaves_the_others(monkeypatch):
    messages = Message.create_batch(3)
    monkeypatch.setattr(EmailBackend, "open", lambda self: fail(None), raising=False)
    assert outbox.send_due() == 0
    assert not OutgoingMessage.objects.exclude(attempts=0).exists()
    assert OutgoingMessage.objects.filter(last_error="error (RuntimeError)").count() == len(messages)


def test_the_log_names_no_address(backend, caplog):
    backend(fail)
    message = Message(to_person=True)
    outbox.send_due()
    assert f"Message {message.pk}" in caplog.text
    assert "@" not in caplog.text


# --- A worker that is killed ------------------------------------------------------------------------

STEPS = {
    "while the mail is made": "compose",
    "before it knows what came of it": "_hand_over",
    "after sending, before it is marked": "mark_sent",
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_a_killed_worker_loses_nothing(monkeypatch, step):
    now, message = timezone.now(), Message()

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(outbox, step, die)
        with pytest.raises(Killed):
            outbox.send_due(now)
    assert outbox.send_due(now) == 0  # its lease still runs
    assert outbox.send_due(now + outbox.LEASE) == 1
    assert set(ids_sent()) == {message.message_id}
    assert len(ids_sent()) == (2 if step == "mark_sent" else 1)


def test_killed_while_sending(backend):
    now, message, deaths = timezone.now(), Message(), [Killed]

    def die_once(mail):
        if deaths:
            raise deaths.pop()

    backend(die_once)
    with pytest.raises(Killed):
        outbox.send_due(now)
    assert outbox.send_due(now + outbox.LEASE) == 1
    assert ids_sent() == [message.message_id]


def test_a_late_failure_does_not_undo_another_worker_s_work():
    now, message = timezone.now(), Message()
    slow = outbox.claim(now)
    outbox.send_due(now + outbox.LEASE)
    outbox.put_off(slow, outbox.Failure("too late"), now + outbox.LEASE)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.SENT, "")


def test_a_late_success_counts():
    now, message = timezone.now(), Message()
    slow = outbox.claim(now)
    assert outbox.claim(now + outbox.LEASE).pk == message.pk
    outbox.mark_sent(slow, now + outbox.LEASE)
    assert outbox.send_due(now + 3 * outbox.LEASE) == 0


# --- Traces -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("works", [True, False])
def test_the_timeline_tells_what_became_of_the_receipt(backend, works):
    message = Message(to_person=True, attempts=ATTEMPTS - 1)
    if not works:
        backend(fail)
    outbox.send_due()
    event = RequestEvent.objects.get(request=message.request)
    assert (event.kind, event.facts["state"]) == (EventKind.MESSAGE, "sent" if works else "dead")


def test_the_timeline_does_not_tell_of_notices_to_staff():
    Message()
    outbox.send_due()
    assert not RequestEvent.objects.exists()


def test_what_was_sent_long_ago_is_forgotten():
    now = timezone.now()
    old = now - outbox.STORED_FOR - timedelta(days=1)
    sent = {"state": MessageState.SENT, "sent_at": old}
    gone = [Message(created_at=old, **sent), Message(created_at=old, state=MessageState.SKIPPED)]
    kept = [Message(created_at=old), Message(created_at=old, given_up=True), Message(**sent)]
    assert outbox.forget_sent(now) == len(gone)
    assert set(OutgoingMessage.objects.all()) == set(kept)
