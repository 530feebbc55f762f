"""When a calendar is free: pure functions of hours, holidays and taken times. Correct across daylight saving changes.

Hours are local times of the firm. A local time skipped in spring is the moment of the change; an hour repeated in
autumn is open twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from consultations.due_dates import Calendar

#: The interval of free times.
STEP = timedelta(minutes=30)
#: The shortest notice.
NOTICE = timedelta(hours=2)
#: How far ahead free times are searched.
HORIZON = timedelta(days=42)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Availability:
    """An attorney's working hours, absences and taken times."""

    hours: Calendar
    absences: tuple[Span, ...] = ()
    taken: tuple[Span, ...] = ()

    def working(self, day: date) -> list[Span]:
        """Return the working spans of a day, in UTC and in order; none on holidays."""
        spans = []
        for opens, closes in self.hours.spans(day):
            begins = instant(opens.replace(tzinfo=None), self.hours.zone)
            ends = instant(closes.replace(tzinfo=None), self.hours.zone, is_last=True)
            if begins < ends:
                spans.append((begins, ends))
        return spans

    def is_working(self, starts_at: datetime, ends_at: datetime) -> bool:
        day = starts_at.astimezone(self.hours.zone).date()
        return any(begins <= starts_at and ends_at <= ends for begins, ends in self.working(day))

    def is_away(self, starts_at: datetime, ends_at: datetime) -> bool:
        return touches(starts_at, ends_at, self.absences)

    def is_taken(self, starts_at: datetime, ends_at: datetime) -> bool:
        return touches(starts_at, ends_at, self.taken)


def free_times(
    free: Availability, *, since: datetime, until: datetime, minutes: int, now: datetime, notice=NOTICE, step=STEP
) -> Iterator[datetime]:
    """Yield, in UTC and in order, the times from ``since`` to ``until`` with ``minutes`` free."""
    length, earliest = timedelta(minutes=minutes), max(since, now + notice).astimezone(UTC)
    day, last = earliest.astimezone(free.hours.zone).date(), until.astimezone(free.hours.zone).date()
    while day <= last:
        for begins, ends in free.working(day):
            at = begins
            while at + length <= ends:
                is_free = not (free.is_away(at, at + length) or free.is_taken(at, at + length))
                if earliest <= at < until and is_free:
                    yield at
                at += step
        day += timedelta(days=1)


def touches(starts_at: datetime, ends_at: datetime, spans: Iterable[Span]) -> bool:
    """Return whether the time overlaps a span; adjacent spans do not count."""
    return any(begins < ends_at and starts_at < ends for begins, ends in spans)


def instant(wall: datetime, zone: ZoneInfo, *, is_last: bool = False) -> datetime:
    """Return the moment of a local time, in UTC: the first, or the last if it is repeated.

    A skipped local time is the moment of the change.
    """
    local = wall.replace(tzinfo=zone, fold=int(is_last))
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return _change_between(*sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)), zone)


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment of the clock change between two moments, to the second."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
