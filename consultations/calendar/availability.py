"""Reads from the database what the free times of calendars depend on."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from consultations.calendar.working_hours import HORIZON, NOTICE, Availability, Span, free_times
from consultations.due_dates import Calendar, weekly_hours
from consultations.models.calendar import Absence, Appointment, AttorneyCalendar
from consultations.models.events import Screen
from consultations.models.requests import ConsultationRequest
from consultations.models.settings import IntakeSettings


def availabilities(
    calendars: Iterable[AttorneyCalendar], *, since: datetime, until: datetime, now: datetime, leave_out: int = 0
) -> dict[int, Availability]:
    """Return the availability of each calendar by id, for a period. Three queries, however many calendars.

    ``leave_out`` is the id of an appointment that is being moved and so takes no time.
    """
    calendars, desk = list(calendars), IntakeSettings.current()
    holidays = frozenset(line.value["date"] for line in desk.holidays if line.value["date"])
    period = {"calendar__in": calendars, "starts_at__lt": until, "ends_at__gt": since}
    away = _by_calendar(Absence.objects.filter(**period))
    taken = _by_calendar(Appointment.objects.taking(now).filter(**period).exclude(pk=leave_out))
    return {
        one.pk: Availability(
            Calendar(desk.zone, hours_of(one), holidays), tuple(away.get(one.pk, ())), tuple(taken.get(one.pk, ()))
        )
        for one in calendars
    }


def hours_of(calendar: AttorneyCalendar) -> dict:
    """Return the working hours by weekday."""
    lines = ((line.value["days"], line.value["opens"], line.value["closes"]) for line in calendar.hours)
    return weekly_hours(line for line in lines if line[1] and line[2])


def next_free(
    calendars: Iterable[AttorneyCalendar],
    *,
    number: int,
    now: datetime,
    since: datetime | None = None,
    minutes: int | None = None,
    notice: timedelta = NOTICE,
    leave_out: int = 0,
) -> dict[int, list[datetime]]:
    """Return the first free times of each calendar, by default of its usual length."""
    calendars, since = list(calendars), since or now
    until = since + HORIZON
    found = availabilities(calendars, since=since, until=until + timedelta(days=1), now=now, leave_out=leave_out)
    given = {"since": since, "until": until, "now": now, "notice": notice}
    return {
        one.pk: list(islice(free_times(found[one.pk], minutes=minutes or one.minutes, **given), number))
        for one in calendars
    }


def calendars_open_for(request: ConsultationRequest):
    """Return the active calendars for a request, without those of people behind its ethical walls."""
    walled = Screen.objects.filter(request=request).values("user")
    return AttorneyCalendar.objects.filter(is_active=True).exclude(user__in=walled)


def _by_calendar(rows) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for pk, starts_at, ends_at in rows.values_list("calendar", "starts_at", "ends_at"):
        found.setdefault(pk, []).append((starts_at, ends_at))
    return found
