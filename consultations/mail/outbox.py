"""The outbox: the worker sends the messages that wait in the database; a visitor's request only writes a row.

Not a library's: django-post-office, the usual one, stores addresses and bodies unencrypted, and has neither leases nor
growing pauses nor a list of what cannot be delivered.

A worker claims a message by one conditional UPDATE, so that no other worker has it. When the worker dies, the lease
expires and the message is sent later, at worst a second time under the same Message-ID.
"""

import logging
from datetime import datetime, timedelta
from random import random

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from consultations.mail.compose import Obsolete, compose
from consultations.mail.delivery_errors import (
    ATTEMPTS,
    ATTEMPTS_OF_A_DEATH,
    BELIEVED_AFTER,
    FIRST_PAUSE,
    TAKES_MAIL_WITHIN,
    Failure,
    judge,
    pause_after,
)
from consultations.mail.notifications import announce_undelivered
from consultations.models.events import EventKind, RequestEvent
from consultations.models.messages import MessageKind, MessageState, OutgoingMessage
from consultations.models.requests import ConsultationRequest

logger = logging.getLogger(__name__)

#: Longer than all steps of one delivery with a server that takes the whole time-out for each.
LEASE = timedelta(minutes=10)
#: The most messages of one run.
BATCH = 50
#: How long messages are stored that were sent, or no longer needed.
STORED_FOR = timedelta(days=30)


def send_due(now: datetime | None = None) -> int:
    """Send what is due, one after the other; return how many were sent. ``now`` is for tests.

    Without a mail server all of them wait for a minute, then one is tried again.
    """
    sent, connection = 0, get_connection()
    try:
        for _ in range(BATCH):
            message = claim(now or timezone.now())
            if message is None:
                break
            mail = _composed(message, now or timezone.now())
            if mail is None:
                continue
            try:
                connection.open()
            except Exception as error:
                _wait_for_server(message, judge(error), now or timezone.now())
                break
            if _hand_over(message, mail, connection, now):
                sent += 1
            else:  # the state of the connection is unknown
                _close(connection)
                connection = get_connection()
    finally:
        _close(connection)
    return sent


def claim(now: datetime) -> OutgoingMessage | None:
    """Return the next message that is due, leased to this worker; None when there is none.

    The attempt is counted before it is made, so that a message that kills workers is given up in the end.
    """
    due = OutgoingMessage.objects.due(now)
    while candidates := list(due.order_by("next_attempt_at", "pk").values_list("pk", "attempts", "leased_until")[:20]):
        for pk, attempts, lapsed in candidates:
            row = due.filter(pk=pk, attempts=attempts)
            weight = ATTEMPTS_OF_A_DEATH if lapsed else 1
            if attempts >= ATTEMPTS:
                row.update(state=MessageState.DEAD, leased_until=None, last_error="the worker ended while sending it")
                announce_undelivered(now)
            elif row.update(attempts=F("attempts") + weight, leased_until=now + LEASE):
                found = OutgoingMessage.objects.select_related("request", "event").filter(pk=pk).first()
                if found:  # not erased in the meantime
                    return found
    return None


def _composed(message: OutgoingMessage, now: datetime) -> EmailMultiAlternatives | None:
    try:
        return compose(message, now)
    except Obsolete:
        _skip(message, now)
    except Exception as error:
        put_off(message, judge(error), now)
    return None


def _hand_over(message: OutgoingMessage, mail: EmailMultiAlternatives, connection, now: datetime | None) -> bool:
    """Send the e-mail and record the result; return whether the server accepted it."""
    try:
        failure = None if connection.send_messages([mail]) else Failure("the mail server did not take it")
    except Exception as error:
        failure = judge(error)
    if failure:
        put_off(message, failure, now or timezone.now())
        return False
    mark_sent(message, now or timezone.now())
    return True


def _skip(message: OutgoingMessage, now: datetime) -> None:
    """Record that it is no longer to be sent; of an answer, staff have to know."""
    with transaction.atomic():
        _lock_request(message)
        skipped = ours(message).update(state=MessageState.SKIPPED, leased_until=None, last_error="")
        if skipped and message.event_id:
            _note(message, MessageState.SKIPPED, now)


def mark_sent(message: OutgoingMessage, now: datetime) -> None:
    """Record that it was sent, even if the lease has expired and another worker has claimed it."""
    with transaction.atomic():
        _lock_request(message)
        waiting = OutgoingMessage.objects.filter(pk=message.pk, state=MessageState.WAITING)
        if waiting.update(state=MessageState.SENT, sent_at=now, leased_until=None, last_error=""):
            _note(message, MessageState.SENT, now)


def put_off(message: OutgoingMessage, failure: Failure, now: datetime) -> None:
    """Record why it was not sent, and when to try again; give it up after too many attempts or a refused recipient."""
    is_dead = message.attempts >= ATTEMPTS or (failure.of_recipient and _is_believed(message, now))
    with transaction.atomic():
        _lock_request(message)
        updated = ours(message).update(
            state=MessageState.DEAD if is_dead else MessageState.WAITING,
            leased_until=None,
            last_error=failure.words,
            next_attempt_at=now + pause_after(message.attempts, random()),  # noqa: S311 (spreads load)
        )
        if updated and is_dead:
            _note(message, MessageState.DEAD, now)
            if message.kind != MessageKind.STAFF_UNDELIVERED:  # of itself it cannot tell
                announce_undelivered(now)
    level = logging.ERROR if is_dead else logging.WARNING
    logger.log(level, "%s (%s), attempt %s: %s", message, message.kind, message.attempts, failure.words)


def _is_believed(message: OutgoingMessage, now: datetime) -> bool:
    """Return whether the server has refused the recipient for minutes while it accepted mail to others."""
    taken = OutgoingMessage.objects.filter(state=MessageState.SENT, sent_at__gte=now - TAKES_MAIL_WITHIN)
    return message.attempts >= BELIEVED_AFTER and taken.exists()


def _wait_for_server(message: OutgoingMessage, failure: Failure, now: datetime) -> None:
    """Postpone all that is due by a minute. That counts as no attempt: an outage makes no message undeliverable."""
    later = {"next_attempt_at": now + FIRST_PAUSE, "last_error": failure.words}
    ours(message).update(attempts=F("attempts") - 1, leased_until=None, **later)
    waiting = OutgoingMessage.objects.due(now).update(**later)
    logger.warning("No mail leaves, %s messages wait: %s", waiting + 1, failure.words)


def ours(message: OutgoingMessage):
    """Return the message's row if nobody else has claimed it since: every claim counts an attempt."""
    return OutgoingMessage.objects.filter(
        pk=message.pk, state=MessageState.WAITING, attempts=message.attempts, leased_until=message.leased_until
    )


def _lock_request(message: OutgoingMessage) -> None:
    """Lock the request before its message, in the same order as an erasure."""
    if message.is_to_person:
        ConsultationRequest.objects.select_for_update().filter(pk=message.request_id).values_list("pk").first()


def _note(message: OutgoingMessage, state: MessageState, now: datetime) -> None:
    """Add the outcome of a message to the person to the request's timeline."""
    if message.is_to_person:
        facts = {"message": str(message.kind), "state": str(state)}
        if message.event_id:
            facts["event"] = message.event_id
        RequestEvent.objects.create(request_id=message.request_id, kind=EventKind.MESSAGE, at=now, facts=facts)


def _close(connection) -> None:
    """Close the connection. A failure does not matter: the result of each message is recorded already."""
    try:
        connection.close()
    except Exception as error:
        logger.info("The mail server's connection was not closed properly: %s", judge(error).words)


def forget_sent(now: datetime | None = None) -> int:
    """Delete messages that were settled more than `STORED_FOR` ago, except those of requests with a legal hold."""
    before = (now or timezone.now()) - STORED_FOR
    settled = Q(state__in=(MessageState.SENT, MessageState.SKIPPED)) | Q(state=MessageState.DEAD, request=None)
    free = OutgoingMessage.objects.filter(settled, created_at__lt=before, request__hold=None)
    return free.delete()[0]
