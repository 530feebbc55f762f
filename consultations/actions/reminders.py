"""Reminders about a request, and the job that sends them when their time has come."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from consultations.actions.reminder_times import is_ahead
from consultations.actions.requests import SENT_OTHERWISE, Refused, action, note
from consultations.audit import record
from consultations.colleagues import addresses_of, recipients_of, tellable
from consultations.mail.notifications import announce_reminder
from consultations.models import AuditAction, ConsultationRequest, EventKind, MessageState, OutgoingMessage, Reminder
from consultations.models.notes import REMINDER_LENGTH, RESTING
from consultations.text_cleaning import paragraphs
from consultations.workflow import Power

#: A reminder that could not be sent for longer than this is shown on the dashboard only.
TELL_WITHIN = timedelta(days=3)
#: The most reminders of one run.
BATCH = 200


@action(Power.WORK)
def remind(request, *, for_user, due_at: datetime, text: str, by, once: UUID | None = None, now) -> ConsultationRequest:
    """Set a reminder for somebody who may see the request. ``once`` is the token of the form."""
    text = paragraphs(text)
    _need_text(request, text)
    saved = Reminder.objects.filter(once=once).first() if once else None
    if saved is not None:
        if (saved.request_id, saved.for_user_id, saved.due_at, saved.text) != (request.pk, for_user.pk, due_at, text):
            raise Refused(request, "sent_otherwise", SENT_OTHERWISE)
        return request
    _need_open(request)
    _need_ahead(request, due_at, now)
    if not tellable(request).filter(pk=for_user.pk).exists():
        raise Refused(request, "may_not_tell", "Choose somebody from the list: others cannot see the request.")
    facts = {"doing": "set", "user": for_user.pk, "due": due_at.isoformat()}
    event = note(request, EventKind.REMINDER, by=by, now=now, facts=facts, text=text)
    Reminder.objects.create(
        request=request, event=event, for_user=for_user, due_at=due_at, text=text, set_by=by, set_at=now, once=once
    )
    record.record(AuditAction.CHANGED, by=by, request=request, doing="remind", user=for_user.pk)
    return request


@action(Power.WORK)
def finish_reminder(request, *, reminder: int, by, now) -> ConsultationRequest:
    found = _find(request, reminder)
    if Reminder.objects.filter(pk=found.pk, done_at=None).update(done_at=now):
        note(request, EventKind.REMINDER, by=by, now=now, facts={"doing": "done"}, text=found.text)
        record.record(AuditAction.CHANGED, by=by, request=request, doing="finish_reminder")
    return request


@action(Power.WORK)
def postpone_reminder(request, *, reminder: int, due_at: datetime, by, now) -> ConsultationRequest:
    """Set a reminder to another time, when it is sent again."""
    found = _find(request, reminder)
    if found.done_at:
        raise Refused(request, "stale", "It is done by now: somebody was quicker.")
    if found.due_at == due_at:
        return request
    _need_open(request)
    _need_ahead(request, due_at, now)
    Reminder.objects.filter(pk=found.pk).update(due_at=due_at, told_at=None)
    facts = {"doing": "postponed", "due": due_at.isoformat()}
    note(request, EventKind.REMINDER, by=by, now=now, facts=facts, text=found.text)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="postpone_reminder")
    return request


def _need_text(request: ConsultationRequest, text: str) -> None:
    if not text:
        raise Refused(request, "empty", "Write what it is about.")
    if len(text) > REMINDER_LENGTH:
        words = f"Please shorten it to {REMINDER_LENGTH} characters; there are {len(text)}."
        raise Refused(request, "too_long", words)


def _need_ahead(request: ConsultationRequest, due_at: datetime, now: datetime) -> None:
    if not is_ahead(due_at, now):
        raise Refused(request, "not_ahead", "Choose a day and a time that lie ahead, within two years.")


def _need_open(request: ConsultationRequest) -> None:
    if request.status in RESTING:
        words = f"It is {request.get_status_display().lower()}: nothing is left to be reminded of."
        raise Refused(request, "forbidden", words)


def _find(request: ConsultationRequest, number: int) -> Reminder:
    found = request.reminders.filter(pk=number).first()
    if found is None:
        raise Refused(request, "no_reminder", "There is no such reminder on this request.")
    return found


def tell_due(now: datetime | None = None) -> int:
    """Send each reminder whose time has come, once; return how many. The mail does not say what it is about."""
    now = now or timezone.now()
    return sum(_tell(pk, now) for pk in _untold(now).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])


def _untold(now: datetime):
    """Return the due reminders that were not sent, or only to an account that may no longer see the request."""
    messages = OutgoingMessage.objects.filter(event=OuterRef("event"), created_at__gte=OuterRef("due_at"))
    skipped = messages.filter(state=MessageState.SKIPPED)
    is_stranded = Exists(skipped) & ~Exists(messages.exclude(state=MessageState.SKIPPED))
    return Reminder.objects.due(now).filter(Q(told_at=None) | is_stranded, due_at__gte=now - TELL_WITHIN)


@transaction.atomic
def _tell(pk: int, now: datetime) -> bool:
    """Send one reminder, unless another worker has, or it is done or postponed by now."""
    numbers = list(Reminder.objects.filter(pk=pk).values_list("request", flat=True))
    ConsultationRequest.objects.select_for_update().filter(pk__in=numbers).values_list("pk").first()
    reminder = _untold(now).select_related("for_user", "request__assignee", "event").filter(pk=pk).first()
    if reminder is None:
        return False
    recipients = recipients_of(reminder)
    if reminder.for_user_id and reminder.for_user not in recipients:
        _hand_on(reminder, recipients, now)
    announce_reminder(reminder.event, reminder.due_at, addresses_of(recipients))
    Reminder.objects.filter(pk=pk).update(told_at=now)
    return True


def _hand_on(reminder: Reminder, recipients: list, now: datetime) -> None:
    """Give the reminder of an account that may no longer see the request to its assignee, or to the managers."""
    request, assignee = reminder.request, reminder.request.assignee
    before = reminder.for_user_id
    reminder.for_user = assignee if assignee in recipients else None
    reminder.save(update_fields=["for_user"])
    facts = {"doing": "handed_on", "from": before, "user": reminder.for_user_id}
    note(request, EventKind.REMINDER, by=None, now=now, facts=facts)
    record.record(AuditAction.CHANGED, by=None, request=request, doing="hand_on_reminder", user=reminder.for_user_id)
