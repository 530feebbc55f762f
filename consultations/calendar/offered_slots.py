"""Which times the thank-you page offers, and to whom. Reads only. It never says why a time is not offered."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from consultations.calendar.availability import availabilities, calendars_open_for, hours_of
from consultations.calendar.working_hours import free_times, instant
from consultations.conflict_states import PASSING
from consultations.due_dates import due_at
from consultations.models.calendar import Appointment, AttorneyCalendar, Way
from consultations.models.requests import ConsultationRequest
from consultations.models.settings import IntakeSettings
from consultations.workflow import AWAITING

#: The most holds on one day in one calendar for people whom nobody has spoken to yet.
MOST_A_DAY = 4


@dataclass(frozen=True)
class Offers:
    """What a person may choose from; ``held`` is the time chosen before."""

    request: ConsultationRequest
    held: Appointment | None
    times: list[datetime] = field(default_factory=list)
    calendars: list[AttorneyCalendar] = field(default_factory=list)

    @property
    def ways(self) -> list[Way]:
        """The ways to meet; in person only if a calendar has a place."""
        return [Way.TELEPHONE, *([Way.PERSON] if any(one.place for one in self.calendars) else [])]

    @property
    def place(self) -> str:
        """The place, if all calendars have the same."""
        return _only({one.place for one in self.calendars if one.place}, "")

    @property
    def minutes(self) -> int | None:
        """The length, if all calendars have the same."""
        return _only({one.minutes for one in self.calendars}, None)

    @property
    def attorney(self) -> str:
        """The attorney who was asked for; no other is named."""
        return self.request.attorney.title if self.request.attorney else ""


def offers_for(reference: str, *, desk: IntakeSettings, now: datetime) -> Offers | None:
    """Return what the sender of a request may choose; None when there is nothing to show, for any reason."""
    found = ConsultationRequest.objects.filter(reference=reference).select_related("attorney").first()
    if found is None or not may_choose(found, desk=desk):
        return None
    held, calendars = found.appointments.holding(now).select_related("calendar").first(), calendars_for_choice(found)
    free = open_times(calendars, desk=desk, now=now, leave_out=held.pk if held else 0)
    shown = {pk: times for pk, times in free.items() if times}
    times = {at for several in shown.values() for at in several} - ({held.starts_at} if held else set())
    if not times and held is None:
        return None
    chosen = spread(times, desk.times_number, desk.zone)
    return Offers(found, held, chosen, [one for one in calendars if one.pk in shown])


def may_choose(request: ConsultationRequest, *, desk: IntakeSettings) -> bool:
    """Return whether the request is unanswered, has passed its conflict check, and has no appointment."""
    is_fit = desk.offers_times and request.status in AWAITING and request.conflict_state in PASSING
    return is_fit and not request.appointments.held().exists()


def calendars_for_choice(request: ConsultationRequest) -> list[AttorneyCalendar]:
    """Return the calendars to choose from, by id: the requested attorney's, else all."""
    found = calendars_open_for(request).order_by("pk")
    return list(found.filter(attorney=request.attorney_id) if request.attorney_id else found)


def open_times(
    calendars: list[AttorneyCalendar],
    *,
    desk: IntakeSettings,
    now: datetime,
    only: datetime | None = None,
    leave_out: int = 0,
) -> dict[int, list[datetime]]:
    """Return the times of each calendar that may be chosen, or only ``only``. Four queries.

    ``leave_out`` is the id of the hold being changed. A day with `MOST_A_DAY` holds is full.
    """
    day_after = now.astimezone(desk.zone).date() + timedelta(days=desk.times_days + 1)
    earliest, last = now + timedelta(hours=desk.times_notice), instant(datetime.combine(day_after, time()), desk.zone)
    since, until = (only, min(last, only + timedelta(seconds=1))) if only else (earliest, last)
    if since >= until:
        return {}
    margin = timedelta(days=1)
    found = availabilities(calendars, since=since - margin, until=until + margin, now=now, leave_out=leave_out)
    full = _full_days(calendars, since - margin, until + margin, now=now, zone=desk.zone, leave_out=leave_out)
    given = {"since": since, "until": until, "now": now, "notice": timedelta(hours=desk.times_notice)}
    return {
        one.pk: [
            at
            for at in free_times(found[one.pk], minutes=one.minutes, **given)
            if (one.pk, at.astimezone(desk.zone).date()) not in full
        ]
        for one in calendars
    }


def spread(times: Iterable[datetime], number: int, zone: ZoneInfo) -> list[datetime]:
    """Return ``number`` of the times, in order: two on each of the next days, or more if there are too few days."""
    days: dict[date, list[datetime]] = {}
    for at in sorted(times):
        days.setdefault(at.astimezone(zone).date(), []).append(at)
    picked = list(days.values())[: (number + 1) // 2]
    counts = [0] * len(picked)
    while sum(counts) < number and (left := [at for at, day in enumerate(picked) if counts[at] < len(day)]):
        counts[min(left, key=lambda at: counts[at])] += 1
    return [
        day[(2 * place + 1) * len(day) // (2 * count)]
        for day, count in zip(picked, counts, strict=True)
        for place in range(count)
    ]


def held_until(starts_at: datetime, calendar: AttorneyCalendar, *, desk: IntakeSettings, now: datetime) -> datetime:
    """Return until when a chosen time is held: a number of office hours from now, but no longer than the time itself.

    Without office hours, those of the calendar count.
    """
    hours = desk.office
    if not any(hours.hours.values()):
        hours = replace(hours, hours=hours_of(calendar))
    return min(due_at(now, timedelta(hours=desk.times_held), hours), starts_at)


def _full_days(calendars, since, until, *, now, zone: ZoneInfo, leave_out: int) -> set[tuple[int, date]]:
    held = Appointment.objects.holding(now).within(since, until).filter(calendar__in=calendars).exclude(pk=leave_out)
    rows = held.values_list("calendar", "starts_at")
    counts = Counter((pk, starts_at.astimezone(zone).date()) for pk, starts_at in rows)
    return {key for key, count in counts.items() if count >= MOST_A_DAY}


def _only(values: set, otherwise):
    return next(iter(values)) if len(values) == 1 else otherwise
