"""When a first answer is due: pure functions of a start, a target and the hours that count."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models

#: A court date this near makes a request as urgent as custody does.
NEAR_COURT = timedelta(hours=72)
#: A court date within this time is worth a filter of its own.
COURT_SOON = timedelta(days=7)
#: After so many days without an open hour the hours are as good as empty, and all hours count.
LONGEST_CLOSURE = 60


class Urgency(models.IntegerChoices):
    """The greater, the sooner is the first answer due."""

    NORMAL = 1, "Normal"
    SOON = 2, "Court within 7 days"
    URGENT = 3, "Urgent"


def urgency_of(*, in_custody: bool, court_date: date | None, now: datetime, zone: ZoneInfo) -> Urgency:
    """Return the urgency at ``now``: urgent is custody, or a court day that begins within 72 hours and is not over."""
    if in_custody:
        return Urgency.URGENT
    if court_date is None or court_date < now.astimezone(zone).date():
        return Urgency.NORMAL
    opens = datetime.combine(court_date, time(), zone)
    if opens <= now + NEAR_COURT:
        return Urgency.URGENT
    return Urgency.SOON if opens <= now + COURT_SOON else Urgency.NORMAL


@dataclass(frozen=True)
class Calendar:
    """The hours that count towards a target; all hours, if there are none."""

    zone: ZoneInfo
    #: For each day of the week (0 is Monday), its spans of open hours, in local time.
    hours: dict[int, list[tuple[time, time]]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the open spans of a day, in order, merged where they touch."""
        if day in self.holidays:
            return []
        merged: list[tuple[time, time]] = []
        for opens, closes in sorted(self.hours.get(day.weekday(), [])):
            if merged and opens <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
            else:
                merged.append((opens, closes))
        return [
            (datetime.combine(day, opens, self.zone), datetime.combine(day, closes, self.zone))
            for opens, closes in merged
        ]


def due_at(start: datetime, target: timedelta, calendar: Calendar) -> datetime:
    """Return when ``target`` of counted time has passed since ``start``; correct across daylight saving."""
    start = start.astimezone(calendar.zone)
    if not any(calendar.hours.values()):
        return _later(start, target)
    left, day, empty = target, start.date(), 0
    while empty < LONGEST_CLOSURE:
        spans = calendar.spans(day)
        for opens, closes in spans:
            begins = max(opens, start, key=datetime.timestamp)
            length = timedelta(seconds=closes.timestamp() - begins.timestamp())
            if length <= timedelta(0):
                continue
            if left <= length:
                return _later(begins, left)
            left -= length
        empty = 0 if spans else empty + 1
        day += timedelta(days=1)
    return _later(start, target)


def _later(moment: datetime, by: timedelta) -> datetime:
    """Add elapsed time, not wall-clock time."""
    return datetime.fromtimestamp(moment.timestamp() + by.total_seconds(), moment.tzinfo)


def weekly_hours(lines: Iterable[tuple[Iterable[str], time, time]]) -> dict[int, list[tuple[time, time]]]:
    """Return the hours by day of the week from lines of days (``mon`` to ``sun``), opening and closing."""
    order = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hours: dict[int, list[tuple[time, time]]] = {}
    for days, opens, closes in lines:
        for day in days:
            if day in order and opens < closes:
                hours.setdefault(order.index(day), []).append((opens, closes))
    return hours
