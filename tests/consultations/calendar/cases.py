"""Calendars and appointments for tests. A test sets only what it is about."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import factory
from django.utils import timezone

from consultations.actions import booking, requests
from consultations.models import Absence, Appointment, AttorneyCalendar, ConsultationRequest, Way
from consultations.workflow import Status
from tests.consultations.factories import ConsultationRequestFactory as Request

ZONE = ZoneInfo("America/New_York")
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ALL_DAY = (time(0), time(23, 59))


class CalendarFactory(factory.django.DjangoModelFactory):
    """A calendar that is open almost always."""

    class Meta:
        model = AttorneyCalendar

    class Params:
        office = factory.Trait(
            hours=[("hours", {"days": WEEK[:5], "opens": time(9), "closes": time(17)})],
        )

    name = factory.Sequence("Attorney {}".format)
    email = factory.Sequence("attorney{}@firm.example".format)
    place = "1 Sample Street"
    hours = [("hours", {"days": WEEK, "opens": ALL_DAY[0], "closes": ALL_DAY[1]})]


class AbsenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Absence


class AppointmentFactory(factory.django.DjangoModelFactory):
    """An appointment of 30 minutes at noon in two days, whatever the status of its request."""

    class Meta:
        model = Appointment

    calendar = factory.SubFactory(CalendarFactory)
    request = factory.SubFactory(Request)
    starts_at = factory.LazyFunction(lambda: noon(2))
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(minutes=30))
    way = Way.TELEPHONE


def wall(*parts) -> datetime:
    """Return the moment of a local time of the firm, in UTC."""
    return datetime(*parts, tzinfo=ZONE).astimezone(UTC)


def noon(days: int) -> datetime:
    day = timezone.localdate() + timedelta(days=days)
    return datetime.combine(day, time(12), ZONE).astimezone(UTC)


def wish(calendar, starts_at=None, **changed) -> dict:
    """The arguments of `booking.schedule` for a call of 30 minutes."""
    values = {"calendar": calendar, "starts_at": starts_at or noon(2), "minutes": 30, "way": Way.TELEPHONE}
    return values | changed


def booked(by, calendar=None, starts_at=None, *, request=None, now=None, **changed) -> ConsultationRequest:
    """A request with an appointment made by `booking.schedule`."""
    request = request or Request(contacted=True, email="person@example.com")
    given = wish(calendar or CalendarFactory(), starts_at, **changed)
    return booking.schedule(request.pk, by=by, now=now, **given)


def cancel(pk: int, *, reason: str, by):
    """Cancel the appointment of a scheduled request, as the button does."""
    return requests.move(pk, to=Status.CONTACTED, seen=Status.SCHEDULED, reason=reason, by=by)
