"""The times that a reminder can be set to: pure functions of the time, the court date and the firm's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: The local time of the offered reminders.
MORNING = time(9)
#: Nothing is remembered for longer than this.
LONGEST = timedelta(days=2 * 366)
OWN = "own"


@dataclass(frozen=True)
class Moment:
    """An offered time, with its value and label in the form."""

    code: str
    label: str
    at: datetime


def moments(now: datetime, court_date: date | None, zone: ZoneInfo) -> list[Moment]:
    today = now.astimezone(zone).date()
    days = [("tomorrow", "Tomorrow", 1), ("days", "In 3 days", 3), ("week", "In a week", 7)]
    chosen = [(code, label, today + timedelta(days=number)) for code, label, number in days]
    if court_date and court_date > today and court_date > date.min:
        chosen.append(("court", "Day before court", court_date - timedelta(days=1)))
    found = [Moment(code, label, datetime.combine(day, MORNING, zone)) for code, label, day in chosen]
    return [moment for moment in found if now < moment.at <= now + LONGEST]


def is_ahead(at: datetime | None, now: datetime) -> bool:
    return at is not None and now < at <= now + LONGEST
