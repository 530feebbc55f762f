"""Calendar files (RFC 5545) by the icalendar library: invitations by mail (RFC 5546, 6047), and feeds."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress
from icalendar.enums import CLASS, STATUS, TRANSP

from consultations.models.calendar import Appointment

PRODUCT = "-//Law firm//Appointments//EN"
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


def event_of(
    appointment: Appointment, summary: str, *, zone: ZoneInfo, stamp: datetime, is_cancelled: bool = False, **texts: str
) -> Event:
    """Return an appointment as an event. ``texts`` may be ``location``, ``description`` and ``url``."""
    return Event.new(
        uid=appointment.uid,
        sequence=appointment.sequence,
        stamp=stamp.replace(microsecond=0),
        start=_local(appointment.starts_at, zone),
        end=_local(appointment.ends_at, zone),
        summary=summary,
        status=STATUS.CANCELLED if is_cancelled else STATUS.CONFIRMED,
        transparency=TRANSP.TRANSPARENT if is_cancelled else TRANSP.OPAQUE,
        classification=CLASS.PRIVATE,
        **{name: text for name, text in texts.items() if text},
    )


def invitation(event: Event, *, organizer: tuple[str, str], attendee: str) -> bytes:
    """Return an invitation or its cancellation. ``organizer`` is name and address, ``attendee`` an address."""
    name, address = organizer
    event.organizer = vCalAddress.new(address, cn=name)
    event.attendees = [vCalAddress.new(attendee, role="REQ-PARTICIPANT", partstat="NEEDS-ACTION", rsvp=False)]
    return calendar_file([event], CANCEL if event.status == STATUS.CANCELLED else REQUEST)


def calendar_file(events: list[Event], method: str, name: str | None = None) -> bytes:
    """Return a calendar of events, with the time zones that they need."""
    calendar = Calendar.new(prodid=PRODUCT, calscale="GREGORIAN", method=method, name=name, subcomponents=events)
    del calendar["UID"]  # it is random, and a feed must not differ while its events do not
    if events:
        first, last = min(one.start for one in events), max(one.end for one in events)
        around = timedelta(days=366)
        calendar.add_missing_timezones(first_date=(first - around).date(), last_date=(last + around).date())
    return calendar.to_ical()


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a time in its zone; the second of two equal local times has to be in UTC (RFC 5545, 3.3.5)."""
    local = moment.astimezone(zone)
    return moment.astimezone(UTC) if local.fold else local
