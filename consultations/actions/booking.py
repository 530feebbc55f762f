"""Makes and moves appointments. A change of status cancels them: see `calendar.status_effects`.

An appointment is in the future, in working hours and outside absences. ``overrule``, with a reason, waives the last
two. The database itself refuses two appointments at once in one calendar.
"""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from consultations.actions.requests import NOTE_LENGTH, Refused, action, change_status, note, was_sent
from consultations.audit import record
from consultations.calendar.availability import availabilities, next_free
from consultations.calendar.notices import announce_booked, announce_changed
from consultations.calendar.status_effects import end_hold, end_lapsed_holds, facts_of
from consultations.calendar.wording import short_words
from consultations.models import (
    Appointment,
    AppointmentState,
    AttorneyCalendar,
    AuditAction,
    ConsultationRequest,
    EventKind,
    Way,
)
from consultations.models.calendar import LONGEST, SHORTEST
from consultations.permissions import is_screened
from consultations.text_cleaning import one_line, paragraphs
from consultations.workflow import Power, Status, find_move

#: An appointment further ahead than this is a typing error.
FURTHEST = timedelta(days=366)
PLACE_LENGTH = Appointment._meta.get_field("place").max_length
LINK_LENGTH = Appointment._meta.get_field("video_link").max_length
OFFERED = 3
#: The names of the actions in the audit trail, by their codes in the timeline.
VERBS = {"made": "schedule", "changed": "reschedule"}


@dataclass(frozen=True)
class Wish:
    """What is asked for; after `_accepted`, what is available."""

    calendar: AttorneyCalendar | None
    starts_at: datetime | None
    minutes: int | None
    way: str
    place: str = ""
    video_link: str = ""
    overrule: bool = False
    reason: str = ""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def row(self) -> dict:
        names = ("calendar", "starts_at", "ends_at", "way", "place", "video_link")
        return {name: getattr(self, name) for name in names}


@action(Power.WORK)
def schedule(request, *, by, seen: str = "", once: UUID | None = None, now, **wish) -> ConsultationRequest:
    """Make an appointment as `Wish` says. ``seen`` is the status that the user saw, ``once`` the token of the form."""
    wanted = _clean(request, Wish(**wish))
    if was_sent(request, once, EventKind.APPOINTMENT, **_content(wanted, "made")):
        return request
    if seen and seen != request.status:
        words = request.get_status_display().lower()
        raise Refused(request, "stale", f"It is already {words}: somebody else was faster.")
    if find_move(request.status, Status.SCHEDULED) is None:
        raise Refused(request, "forbidden", f"A request that is “{request.get_status_display()}” cannot be scheduled.")
    for hold in request.appointments.filter(state=AppointmentState.HOLD):
        end_hold(hold, now=now)
    agreed = _accepted(request, wanted, now=now)
    made = Appointment(request=request, created_by=by, created_at=now, changed_at=now, **agreed.row)
    _save(request, made, agreed, "made", by=by, once=once, now=now)
    change_status(request, Status.SCHEDULED, by=by, now=now)
    announce_booked(made)
    return request


@action(Power.WORK)
def reschedule(request, *, by, seen: str = "", once: UUID | None = None, now, **wish) -> ConsultationRequest:
    """Move an appointment in time, place or to another attorney. ``seen`` is the `version` that the user saw."""
    wanted = _clean(request, Wish(**wish))
    if was_sent(request, once, EventKind.APPOINTMENT, **_content(wanted, "changed")):
        return request
    held = request.appointments.held().select_related("calendar").first()
    if request.status != Status.SCHEDULED or (seen and seen != version(held)):
        raise Refused(request, "stale", "The appointment has changed in the meantime. Review it, then send again.")
    agreed = _accepted(request, wanted, now=now, leave_out=held.pk if held else 0)
    before = copy(held) if held else None
    made = held or Appointment(request=request, created_by=by, created_at=now)
    if before and all(getattr(before, name) == value for name, value in agreed.row.items()):
        return request
    for name, value in agreed.row.items():
        setattr(made, name, value)
    made.request, made.changed_at = request, now
    made.sequence += 1 if before else 0
    _save(request, made, agreed, "changed", by=by, once=once, now=now)
    request.save(update_fields=["scheduled_for"])
    if before:
        announce_changed(made, before)
    else:
        announce_booked(made)
    return request


def version(appointment: Appointment | None) -> str:
    return f"{appointment.pk}-{appointment.sequence}" if appointment else "none"


def _clean(request: ConsultationRequest, wish: Wish) -> Wish:
    """Normalize the wish. Raises `Refused` for values that are never valid."""
    if wish.calendar is None:
        raise Refused(request, "no_calendar", "Choose an attorney.")
    if wish.starts_at is None or timezone.is_naive(wish.starts_at):
        raise Refused(request, "no_time", "Enter a date and time in the future.")
    if wish.minutes is None or not SHORTEST <= wish.minutes <= LONGEST:
        raise Refused(request, "no_length", f"Enter a length from {SHORTEST} to {LONGEST} minutes.")
    if wish.way not in Way.values:
        raise Refused(request, "no_way", "Choose in person, video or telephone.")
    place = one_line(wish.place) or wish.calendar.place if wish.way == Way.PERSON else ""
    link = wish.video_link.strip() if wish.way == Way.VIDEO else ""
    if wish.way == Way.PERSON and not 0 < len(place) <= PLACE_LENGTH:
        raise Refused(request, "no_place", f"Enter the place, in at most {PLACE_LENGTH} characters.")
    is_link = link.startswith("https://") and len(link.split()) == 1 and len(link) <= LINK_LENGTH
    if wish.way == Way.VIDEO and not is_link:
        raise Refused(request, "no_link", "Enter the link of the video call; it begins with https://.")
    starts_at = wish.starts_at.replace(second=0, microsecond=0)
    reason = paragraphs(wish.reason)[:NOTE_LENGTH]
    return replace(wish, starts_at=starts_at, place=place, video_link=link, reason=reason)


def _accepted(request: ConsultationRequest, wish: Wish, *, now: datetime, leave_out: int = 0) -> Wish:
    """Return the wish with its calendar locked. Raises `Refused` if the time is not available."""
    if not now < wish.starts_at <= now + FURTHEST:
        raise Refused(request, "no_time", "Enter a date and time in the future, within a year.")
    calendar = AttorneyCalendar.objects.select_for_update().filter(pk=wish.calendar.pk, is_active=True).first()
    if calendar is None or (calendar.user_id and is_screened(calendar.user_id, request)):
        raise Refused(request, "no_calendar", "This calendar is not open for this request. Choose another one.")
    end_lapsed_holds(now, calendar=calendar)
    period = {"since": wish.starts_at - timedelta(days=1), "until": wish.ends_at + timedelta(days=1)}
    free = availabilities([calendar], **period, now=now, leave_out=leave_out)[calendar.pk]
    accepted = replace(wish, calendar=calendar, reason=wish.reason if wish.overrule else "")
    if free.is_taken(wish.starts_at, wish.ends_at):
        raise _clash(request, accepted, now=now)
    if wish.overrule:
        if not wish.reason:
            raise Refused(request, "no_reason", "Say why it may be outside the working hours.")
    elif not free.is_working(wish.starts_at, wish.ends_at):
        words = f"{calendar.name} does not work then. {_next_words(accepted, now)}"
        raise Refused(request, "closed", words)
    elif free.is_away(wish.starts_at, wish.ends_at):
        raise Refused(request, "away", f"{calendar.name} is away then. {_next_words(accepted, now)}")
    return accepted


def _save(request: ConsultationRequest, appointment: Appointment, wish: Wish, doing: str, *, by, once, now) -> None:
    """Save the appointment with its timeline event and audit entry. The database decides about clashes."""
    try:
        with transaction.atomic():
            appointment.save()
    except IntegrityError as error:
        raise _clash(request, wish, now=now) from error
    request.scheduled_for = appointment.starts_at
    note(request, EventKind.APPOINTMENT, by=by, now=now, text=wish.reason, once=once, **_content(wish, doing))
    given = {"appointment": appointment.pk, "calendar": appointment.calendar_id, "doing": VERBS[doing]}
    record.record(AuditAction.CHANGED, by=by, request=request, **given)


def _clash(request: ConsultationRequest, wish: Wish, *, now: datetime) -> Refused:
    words = f"That time is taken in the calendar of {wish.calendar.name}. {_next_words(wish, now)}"
    return Refused(request, "clash", words)


def _next_words(wish: Wish, now: datetime) -> str:
    since = max(now, wish.starts_at - timedelta(hours=12))
    given = {"number": OFFERED, "now": now, "since": since, "minutes": wish.minutes}
    free = next_free([wish.calendar], **given)[wish.calendar.pk]
    return f"Free next: {'; '.join(map(short_words, free))}." if free else "Nothing is free in the six weeks after it."


def _content(wish: Wish, doing: str) -> dict:
    """Return what the timeline event stores: ids and codes in plain text, the rest encrypted."""
    values = {"with": wish.calendar.name, "place": wish.place, "video_link": wish.video_link}
    return {"facts": facts_of(wish, doing), "values": values}
