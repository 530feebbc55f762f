"""What staff do with a request. Each action is one transaction, with its timeline event and audit entry.

``by`` is the user. All raise `Refused` with a reason in words, and `ConsultationRequest.DoesNotExist` for a request
that ``by`` cannot see. Refusals are audited.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import wraps
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from consultations.actions import mentions
from consultations.audit import record
from consultations.calendar.status_effects import close_appointment, end_choice
from consultations.colleagues import tellable
from consultations.conflict_states import BLOCKED_WORDS, may_pass, state_after_move
from consultations.conflicts.checks import follow_role, is_waiting, take_in
from consultations.contact_outcomes import OUTCOMES, Channel, Direction
from consultations.mail.notifications import announce_release
from consultations.models import AuditAction, ConsultationRequest, EventKind, RequestEvent, Screen
from consultations.permissions import holds, is_screened, may_assign, visible_to
from consultations.response_targets import set_urgency
from consultations.text_cleaning import one_line, paragraphs
from consultations.workflow import AWAITING, CLOSED, OPEN, Power, Status, find_move

#: The longest note or reason, in characters.
NOTE_LENGTH = 5000
COURT_LENGTH = ConsultationRequest._meta.get_field("court").max_length
SENT_OTHERWISE = "This form was sent before, with other content. Send it again."


class Refused(Exception):
    """The action is refused. ``code`` is audited; the words are for the user."""

    def __init__(self, request: ConsultationRequest, code: str, words: str) -> None:
        self.request = request
        self.code = code
        super().__init__(words)


def audited(verb: Callable) -> Callable:
    """Make an action atomic, and audit its refusal although the transaction is rolled back."""

    @wraps(verb)
    def acting(pk: int, *, by, **arguments):
        try:
            with transaction.atomic():
                return verb(pk, by=by, **arguments)
        except (Refused, ConsultationRequest.DoesNotExist) as error:
            record.refused(by, pk, doing=verb.__name__, why=getattr(error, "code", "out_of_reach"))
            raise

    return acting


def action(power: Power | None = None) -> Callable:
    """Make an action of a verb on a locked request: it is called with the id, and may be called without ``now``.

    It takes ``power`` over the request; without one, the verb itself decides who may do it.
    """

    def decorate(verb: Callable) -> Callable:
        @audited
        @wraps(verb)
        def acting(pk: int, *, by, now: datetime | None = None, **arguments):
            request = locked(pk, by)
            if power:
                need(request, by, power)
            return verb(request, by=by, now=now or timezone.now(), **arguments)

        return acting

    return decorate


@action()
def move(request, *, to: str, by, reason: str = "", seen: str = "", now) -> ConsultationRequest:
    """Change the status to ``to``. ``seen`` is the status that the user saw.

    Scheduling takes an appointment: see `consultations.actions.booking`.
    """
    reason = paragraphs(reason)[:NOTE_LENGTH]
    before = request.status
    if seen and seen != before:
        raise Refused(request, "stale", f"It is {request.get_status_display().lower()} by now: somebody was quicker.")
    way = find_move(before, to)
    if way is None:
        raise Refused(request, "forbidden", f"From “{request.get_status_display()}” it cannot go there.")
    need(request, by, way.power)
    if way.needs_reason and not reason:
        raise Refused(request, "no_reason", "Write down the reason.")
    if to == Status.CONTACTED and request.first_contact_at is None:
        raise Refused(request, "no_contact", "Log the call or the message first; that moves it, too.")
    if to == Status.SCHEDULED:
        raise Refused(request, "no_time", "Make an appointment: choose an attorney, a day and a time.")
    change_status(request, to, by=by, now=now, reason=reason)
    if before == Status.QUARANTINE and to == Status.NEW:
        take_in(request, now=now)
        announce_release(request)
    return request


@action()
def assign(request, *, to, by, now) -> ConsultationRequest:
    if not may_assign(by, to, request):
        raise Refused(request, "may_not_assign", "You cannot give it to that person.")
    if request.assignee_id == getattr(to, "pk", None):
        return request
    before, request.assignee = request.assignee_id, to
    request.save(update_fields=["assignee"])
    note(request, EventKind.ASSIGNED, by=by, now=now, facts={"from": before, "to": request.assignee_id})
    record.record(AuditAction.CHANGED, by=by, request=request, doing="assign", to=request.assignee_id)
    return request


@action(Power.WORK)
def add_note(request, *, text: str, by, tell: Iterable = (), once: UUID | None = None, now) -> ConsultationRequest:
    """Add a note, and tell colleagues: those in ``tell``, and those named in it with an @.

    ``once`` is the token of the form: sent twice, the note is added once.
    """
    text = cleaned(request, text, missing="Write the note first.", code="empty")
    chosen, facts = _may_be_told(request, tell)
    if not was_sent(request, once, EventKind.NOTED, text=text, facts=facts):
        event = note(request, EventKind.NOTED, by=by, now=now, facts=facts, text=text, once=once)
        record.record(AuditAction.CHANGED, by=by, request=request, doing="note")
        mentions.tell(request, event, by=by, chosen=chosen)
    return request


@action(Power.WORK)
def log_contact(
    request, *, channel: str, outcome: str, by, direction: str = Direction.OUT, text: str = "", once=None, now
) -> ConsultationRequest:
    """Log a call or a message. One of ours stops the clock; one that reached the person changes the status."""
    if channel not in Channel.values or outcome not in OUTCOMES.get((direction, channel), {}):
        raise Refused(request, "unknown_contact", "Say how, and what came of it.")
    if channel == Channel.TEXT and direction == Direction.OUT and not request.sms_consent:
        raise Refused(request, "no_consent", "The person has not agreed to text messages.")
    text = cleaned(request, text)
    facts = {"direction": direction, "channel": channel, "outcome": outcome}
    if was_sent(request, once, EventKind.CONTACT, text=text, facts=facts):
        return request
    event = note(request, EventKind.CONTACT, by=by, now=now, facts=facts, text=text, once=once)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="contact", **facts)
    mentions.tell(request, event, by=by)
    if direction == Direction.OUT:
        stop_clock(request, now)
    is_reached = OUTCOMES[direction, channel][outcome].is_reached and request.first_contact_at is not None
    if is_reached and request.status in AWAITING:
        return change_status(request, Status.CONTACTED, by=by, now=now)
    return request


@action(Power.WORK)
def change_matter(
    request, *, in_custody: bool, court_date: date | None, court: str, by, seen: str | None = None, now
) -> ConsultationRequest:
    """Change custody and court; the answer is due sooner if they make the request more urgent.

    ``seen`` is the `matter_version` that the user saw.
    """
    wanted = {"in_custody": in_custody, "court_date": court_date, "court": one_line(court)[:COURT_LENGTH]}
    changed = {name: value for name, value in wanted.items() if value != getattr(request, name)}
    if not changed:
        return request
    if seen is not None and seen != matter_version(request):
        raise Refused(request, "stale", "Somebody has changed it in the meantime. Compare, then save again.")
    old = {name: _plain(getattr(request, name)) for name in changed}
    for name, value in changed.items():
        setattr(request, name, value)
    set_urgency(request, now=now)
    request.save(update_fields=["in_custody", "court_date", "court", "urgency", "due_at"])
    facts = {"in_custody": in_custody, "court_date": court_date.isoformat() if court_date else None}
    values = {"new": {name: _plain(value) for name, value in changed.items()}, "old": old}
    note(request, EventKind.CHANGED, by=by, now=now, facts=facts, values=values)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="matter")
    return request


@action(Power.MANAGE)
def screen(request, *, user, by, now) -> ConsultationRequest:
    """Set up an ethical wall between ``user`` and a request, which is taken from ``user``."""
    if user == by:
        raise Refused(request, "self", "Ask a colleague to set up an ethical wall for you.")
    if is_screened(user, request):
        return request
    if request.assignee_id == user.pk:
        request.assignee = None
        request.save(update_fields=["assignee"])
    Screen.objects.create(request=request, user=user)
    note(request, EventKind.SCREENED, by=by, now=now, facts={"user": user.pk})
    record.record(AuditAction.CHANGED, by=by, request=request, doing="screen", user=user.pk)
    end_choice(request, now=now, calendar__user=user)
    if request.appointments.held().filter(calendar__user=user).exists():
        change_status(request, Status.CONTACTED, by=by, now=now)
    return request


@action(Power.MANAGE)
def unscreen(request, *, user, by, now) -> ConsultationRequest:
    if Screen.objects.filter(request=request, user=user).delete()[0]:
        note(request, EventKind.UNSCREENED, by=by, now=now, facts={"user": user.pk})
        record.record(AuditAction.CHANGED, by=by, request=request, doing="unscreen", user=user.pk)
    return request


def locked(pk: int, by) -> ConsultationRequest:
    """Return the request, locked until the end of the transaction, if ``by`` may see it."""
    ConsultationRequest.objects.select_for_update().filter(pk=pk).values_list("pk").first()
    return visible_to(by).get(pk=pk)


def need(request: ConsultationRequest, by, power: str) -> None:
    """Raise `Refused` if ``by`` may not do what takes ``power``."""
    if not holds(by, power, request):
        raise Refused(request, "not_permitted", "You are not permitted to do that.")


def _may_be_told(request: ConsultationRequest, tell: Iterable) -> tuple[list, dict]:
    """Return the colleagues to tell, and the facts for the event. Raise `Refused` for one who may not see it."""
    chosen = {user.pk: user for user in tell}
    if not chosen:
        return [], {}
    if set(tellable(request).filter(pk__in=chosen).values_list("pk", flat=True)) != set(chosen):
        raise Refused(request, "may_not_tell", "Choose colleagues from the list: others cannot see the request.")
    return list(chosen.values()), {"tell": sorted(chosen)}


def cleaned(request: ConsultationRequest, text: str, *, missing: str = "", code: str = "no_reason") -> str:
    """Return a normalized text. Raises `Refused` if it is too long, or if it is empty and ``missing`` is given."""
    text = paragraphs(text)
    if missing and not text:
        raise Refused(request, code, missing)
    need_short(request, text)
    return text


def need_short(request: ConsultationRequest, text: str) -> None:
    if len(text) > NOTE_LENGTH:
        raise Refused(request, "too_long", f"Please shorten it to {NOTE_LENGTH} characters; there are {len(text)}.")


def was_sent(request: ConsultationRequest, once: UUID | None, kind: str, **content) -> bool:
    """Whether the form with the token ``once`` was saved before. Raise `Refused` if it had other content then."""
    saved = RequestEvent.objects.filter(once=once).first() if once else None
    if saved is None:
        return False
    wanted = {"request_id": request.pk, "kind": kind} | content
    if any(getattr(saved, name) != value for name, value in wanted.items()):
        raise Refused(request, "sent_otherwise", SENT_OTHERWISE)
    return True


def stop_clock(request: ConsultationRequest, now: datetime) -> None:
    if request.first_contact_at is None:
        request.first_contact_at = now
        request.save(update_fields=["first_contact_at"])


def matter_version(request: ConsultationRequest) -> str:
    """Return a version of custody and court, to detect that they have changed."""
    matter = (request.in_custody, _plain(request.court_date), request.court)
    return hashlib.sha256(repr(matter).encode()).hexdigest()[:16]


def _plain(value) -> str | bool:
    return value if isinstance(value, bool) else str(value or "")


def note(request: ConsultationRequest, kind: str, *, by, now=None, **values) -> RequestEvent:
    return RequestEvent.objects.create(request=request, kind=kind, actor=by, at=now or timezone.now(), **values)


def change_status(request: ConsultationRequest, to: str, *, by, now, reason: str = "") -> ConsultationRequest:
    """Save the new status with what depends on it. Raise `Refused` while the conflict check blocks it."""
    if not may_pass(to, request.conflict_state):
        raise Refused(request, "conflict_check", BLOCKED_WORDS[request.conflict_state])
    is_unknown = is_waiting(request) and request.status != Status.QUARANTINE
    before, request.status = request.status, str(to)
    request.conflict_state = state_after_move(request.conflict_state, before=before, to=to)
    close_appointment(request, to, now=now, reason=reason)
    request.closed_at = now if to in CLOSED else None
    request.merged_into = request.merged_into if to == Status.MERGED else None
    request.save(update_fields=["status", "closed_at", "merged_into", "scheduled_for", "conflict_state"])
    facts = {"from": before, "to": str(to)}
    if to == Status.SCHEDULED:
        facts["scheduled_for"] = request.scheduled_for.isoformat()
    if Status.RETAINED in {before, to} or (is_unknown and to not in OPEN):
        follow_role(request)
    event = note(request, EventKind.MOVED, by=by, now=now, facts=facts, text=reason)
    mentions.tell(request, event, by=by)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="move", **{"from": before, "to": str(to)})
    return request
