"""Calendar files (RFC 5545) by the icalendar library: invitations by mail (RFC 5546, 6047), and feeds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Law firm//Appointments//EN"
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


@dataclass(frozen=True)
class Entry:
    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    is_cancelled: bool = False


def invitation(entry: Entry, *, zone: ZoneInfo, organizer: tuple[str, str], attendee: str) -> bytes:
    """Return an invitation or its cancellation. ``organizer`` is name and address, ``attendee`` an address."""
    event = _event(entry, zone)
    name, address = organizer
    event.add("organizer", vCalAddress(f"mailto:{address}", params={"CN": vText(name)}))
    state = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
    event.add("attendee", vCalAddress(f"mailto:{attendee}", params=state))
    return _calendar([event], CANCEL if entry.is_cancelled else REQUEST, [entry])


def feed(entries: Iterable[Entry], *, zone: ZoneInfo, name: str) -> bytes:
    """Return a calendar for subscription."""
    entries = list(entries)
    return _calendar([_event(entry, zone) for entry in entries], PUBLISH, entries, name=name)


def _calendar(events: list[Event], method: str, entries: list[Entry], name: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(event)
    if entries:
        first, last = min(one.starts_at for one in entries), max(one.ends_at for one in entries)
        around = timedelta(days=366)
        calendar.add_missing_timezones(first_date=(first - around).date(), last_date=(last + around).date())
    return calendar.to_ical()


def _event(entry: Entry, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp.astimezone(UTC).replace(microsecond=0))
    _add_time(event, "dtstart", entry.starts_at, zone)
    _add_time(event, "dtend", entry.ends_at, zone)
    event.add("summary", entry.summary)
    for name in ("location", "description", "url"):
        if value := getattr(entry, name):
            event.add(name, value)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _add_time(event: Event, name: str, moment: datetime, zone: ZoneInfo) -> None:
    """Add a time with its zone. The second of two equal local times has to be in UTC (RFC 5545, 3.3.5)."""
    local = moment.astimezone(zone)
    event.add(name, moment.astimezone(UTC) if local.fold else local)
