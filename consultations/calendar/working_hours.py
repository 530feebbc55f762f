"""When a calendar is free: pure functions of hours, holidays and what is taken. Right across daylight saving.

Hours are those of the clock on the firm's wall. A time that the spring leaves out is the moment of the change; an hour
that the autumn has twice is open twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from consultations.due_dates import Calendar

#: Free times are offered at this distance.
STEP = timedelta(minutes=30)
#: And not sooner than this from now.
NOTICE = timedelta(hours=2)
#: And not later than this.
HORIZON = timedelta(days=42)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Diary:
    """What is known of one attorney's time: working hours, absences, and what other people have."""

    hours: Calendar
    absences: tuple[Span, ...] = ()
    taken: tuple[Span, ...] = ()

    def working(self, day: date) -> list[Span]:
        """Return the spans of work of a day, in UTC and in order; none on holidays, and none without hours."""
        spans = []
        for opens, closes in self.hours.spans(day):
            begins = instant(opens.replace(tzinfo=None), self.hours.zone)
            ends = instant(closes.replace(tzinfo=None), self.hours.zone, is_last=True)
            if begins < ends:
                spans.append((begins, ends))
        return spans

    def is_working(self, starts_at: datetime, ends_at: datetime) -> bool:
        """True when the whole time lies in working hours."""
        day = starts_at.astimezone(self.hours.zone).date()
        return any(begins <= starts_at and ends_at <= ends for begins, ends in self.working(day))

    def is_away(self, starts_at: datetime, ends_at: datetime) -> bool:
        """True when an absence touches the time."""
        return touches(starts_at, ends_at, self.absences)

    def is_taken(self, starts_at: datetime, ends_at: datetime) -> bool:
        """True when somebody else has a part of the time."""
        return touches(starts_at, ends_at, self.taken)


def openings(
    diary: Diary, *, since: datetime, until: datetime, minutes: int, now: datetime, notice=NOTICE, step=STEP
) -> Iterator[datetime]:
    """Yield, in UTC and in order, the times from ``since`` to ``until`` at which ``minutes`` are free."""
    length, earliest = timedelta(minutes=minutes), max(since, now + notice).astimezone(UTC)
    day, last = earliest.astimezone(diary.hours.zone).date(), until.astimezone(diary.hours.zone).date()
    while day <= last:
        for begins, ends in diary.working(day):
            at = begins
            while at + length <= ends:
                is_free = not (diary.is_away(at, at + length) or diary.is_taken(at, at + length))
                if earliest <= at < until and is_free:
                    yield at
                at += step
        day += timedelta(days=1)


def touches(starts_at: datetime, ends_at: datetime, spans: Iterable[Span]) -> bool:
    """True when the time overlaps one of the spans; what only meets it does not."""
    return any(begins < ends_at and starts_at < ends for begins, ends in spans)


def instant(wall: datetime, zone: ZoneInfo, *, is_last: bool = False) -> datetime:
    """Return when the clock on the wall shows ``wall``, in UTC: the first time, or the last.

    A time that is left out is the moment at which the clocks are set.
    """
    local = wall.replace(tzinfo=zone, fold=int(is_last))
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return _change_between(*sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)), zone)


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment between two at which the clocks are set, to the second."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
