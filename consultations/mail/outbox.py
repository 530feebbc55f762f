"""Sends what waits in the database. The worker does it; a visitor's request only writes a row.

Ours and not a library's: django-post-office, the usual one, stores addresses and bodies in the clear, and has neither
leases nor growing pauses nor a place for what cannot be delivered.

A message is taken with a lease by one conditional UPDATE, so of several workers one has it. A worker that dies leaves
the lease to run out: the message goes out later, at worst a second time under the same Message-ID.
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
#: How long a message is kept that was sent, or was no longer needed.
KEPT = timedelta(days=30)


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
            mail = _write(message, now)
            if mail is None:
                continue
            try:
                connection.open()
            except Exception as error:
                _wait_for_server(message, judge(error), now or timezone.now())
                break
            if _hand_over(message, mail, connection, now):
                sent += 1
            else:  # what state the connection is in, nobody knows
                _close(connection)
                connection = get_connection()
    finally:
        _close(connection)
    return sent


def claim(now: datetime) -> OutgoingMessage | None:
    """Return the next message that is due, ours until its lease ends; None when there is none.

    The attempt is counted before it is made, so that a message at which workers die is given up in the end.
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


def _write(message: OutgoingMessage, now: datetime | None) -> EmailMultiAlternatives | None:
    """Return the mail; None when it is settled that there is none."""
    try:
        return compose(message, now or timezone.now())
    except Obsolete:
        _skip(message, now or timezone.now())
    except Exception as error:
        put_off(message, judge(error), now or timezone.now())
    return None


def _hand_over(message: OutgoingMessage, mail: EmailMultiAlternatives, connection, now: datetime | None) -> bool:
    """Give the mail to the server and keep what came of it; return whether it took it."""
    try:
        taken = connection.send_messages([mail])
    except Exception as error:
        put_off(message, judge(error), now or timezone.now())
        return False
    if taken == 0:
        put_off(message, Failure("the mail server did not take it"), now or timezone.now())
        return False
    mark_sent(message, now or timezone.now())
    return True


def _skip(message: OutgoingMessage, now: datetime) -> None:
    """Keep that it is not to be sent; of an answer, staff have to know."""
    with transaction.atomic():
        _lock_request(message)
        skipped = ours(message).update(state=MessageState.SKIPPED, leased_until=None, last_error="")
        if skipped and message.event_id:
            _note(message, MessageState.SKIPPED, now)


def mark_sent(message: OutgoingMessage, now: datetime) -> None:
    """Keep that it was sent. That holds even if the lease has run out and another worker has taken it."""
    with transaction.atomic():
        _lock_request(message)
        waiting = OutgoingMessage.objects.filter(pk=message.pk, state=MessageState.WAITING)
        if waiting.update(state=MessageState.SENT, sent_at=now, leased_until=None, last_error=""):
            _note(message, MessageState.SENT, now)


def put_off(message: OutgoingMessage, failure: Failure, now: datetime) -> None:
    """Save why it was not sent, and when to try again; give it up when that is hopeless or was tried often enough."""
    is_dead = message.attempts >= ATTEMPTS or (failure.of_recipient and _is_believed(message, now))
    with transaction.atomic():
        _lock_request(message)
        kept = ours(message).update(
            state=MessageState.DEAD if is_dead else MessageState.WAITING,
            leased_until=None,
            last_error=failure.words,
            next_attempt_at=now + pause_after(message.attempts, random()),  # noqa: S311 (spreads load)
        )
        if kept and is_dead:
            _note(message, MessageState.DEAD, now)
            if message.kind != MessageKind.STAFF_UNDELIVERED:  # of itself it cannot tell
                announce_undelivered(now)
    level = logging.ERROR if is_dead else logging.WARNING
    logger.log(level, "%s (%s), attempt %s: %s", message, message.kind, message.attempts, failure.words)


def _is_believed(message: OutgoingMessage, now: datetime) -> bool:
    """True when the server has refused the recipient for some minutes and takes mail to others meanwhile."""
    taken = OutgoingMessage.objects.filter(state=MessageState.SENT, sent_at__gte=now - TAKES_MAIL_WITHIN)
    return message.attempts >= BELIEVED_AFTER and taken.exists()


def _wait_for_server(message: OutgoingMessage, failure: Failure, now: datetime) -> None:
    """Let all that is due wait for a minute. It counts as no attempt of any message: an outage ends none."""
    later = {"next_attempt_at": now + FIRST_PAUSE, "last_error": failure.words}
    ours(message).update(attempts=F("attempts") - 1, leased_until=None, **later)
    waiting = OutgoingMessage.objects.due(now).update(**later)
    logger.warning("No mail leaves, %s messages wait: %s", waiting + 1, failure.words)


def ours(message: OutgoingMessage):
    """Return the message's row if nobody else has taken it since: every claim counts an attempt."""
    return OutgoingMessage.objects.filter(
        pk=message.pk, state=MessageState.WAITING, attempts=message.attempts, leased_until=message.leased_until
    )


def _lock_request(message: OutgoingMessage) -> None:
    """Lock the request before its message, as those do who erase one."""
    if message.is_to_person:
        ConsultationRequest.objects.select_for_update().filter(pk=message.request_id).values_list("pk").first()


def _note(message: OutgoingMessage, state: MessageState, now: datetime) -> None:
    """Tell the request's timeline what became of a message to the person."""
    if message.is_to_person:
        facts = {"message": str(message.kind), "state": str(state)}
        if message.event_id:
            facts["event"] = message.event_id
        RequestEvent.objects.create(request_id=message.request_id, kind=EventKind.MESSAGE, at=now, facts=facts)


def _close(connection) -> None:
    """Close the connection; a server that fails even at that has the mail already, or never will."""
    try:
        connection.close()
    except Exception as error:
        logger.info("The mail server's connection was not closed properly: %s", judge(error).words)


def forget_sent(now: datetime | None = None) -> int:
    """Delete what was sent, or not needed, more than `KEPT` ago, and digests of then; return how many.

    What belongs to a request with a legal hold stays.
    """
    before = (now or timezone.now()) - KEPT
    settled = Q(state__in=(MessageState.SENT, MessageState.SKIPPED)) | Q(state=MessageState.DEAD, request=None)
    free = OutgoingMessage.objects.filter(settled, created_at__lt=before, request__hold=None)
    return free.delete()[0]
