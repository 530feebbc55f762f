"""The period of the reports: days in the firm's time zone, the period before it, and its division into pieces."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.formats import date_format

#: Up to so many days are shown day by day; up to so many, week by week; longer ones by month.
DAYS_BY_DAY, DAYS_BY_WEEK = 35, 190
_DAY = timedelta(days=1)


class Choice(models.TextChoices):
    """The periods to choose from. Named ones end today, except last year."""

    FOUR_WEEKS = "4w", "Last 4 weeks"
    QUARTER = "13w", "Last 13 weeks"
    YEAR = "12m", "Last 12 months"
    THIS_YEAR = "this-year", "This year"
    LAST_YEAR = "last-year", "Last year"
    OWN = "own", "From … to"


class Grain(models.TextChoices):
    """The length of a piece. Weeks begin on Monday (ISO 8601)."""

    DAY = "day", "day"
    WEEK = "week", "week"
    MONTH = "month", "month"


@dataclass(frozen=True)
class Span:
    """Whole days, including the last."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def start(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self.first, time(), zone)

    def end(self, zone: ZoneInfo) -> datetime:
        """Return the end of the last day, which is the first moment after the span."""
        return datetime.combine(self.last + _DAY, time(), zone)

    def __str__(self) -> str:
        if self.first == self.last:
            return date_format(self.first, "M j, Y")
        same_year = self.first.year == self.last.year
        return f"{date_format(self.first, 'M j' if same_year else 'M j, Y')} – {date_format(self.last, 'M j, Y')}"


@dataclass(frozen=True)
class Piece(Span):
    label: str
    is_whole: bool

    @property
    def words(self) -> str:
        return f"{self}" if self.is_whole else f"{self} (in part)"


@dataclass(frozen=True)
class Period:
    code: str
    now: Span
    before: Span
    zone: ZoneInfo

    @property
    def grain(self) -> Grain:
        if self.now.days <= DAYS_BY_DAY:
            return Grain.DAY
        return Grain.WEEK if self.now.days <= DAYS_BY_WEEK else Grain.MONTH

    @property
    def pieces(self) -> list[Piece]:
        return list(_pieces(self.now, self.grain))

    def place(self, day: date) -> date:
        """Return the first day of the piece with this day, not before the period."""
        return max(self.now.first, _begin(day, self.grain))


def period_of(code: str, *, today: date, zone: ZoneInfo, own: Span | None = None) -> Period:
    """Return the period of a choice, compared with the same part of the weeks, months or year before it.

    An ``own`` span is compared with as many days directly before it.
    """
    monday = _begin(today, Grain.WEEK)
    match code:
        case Choice.OWN:
            end = own.first - _DAY
            return Period(code, own, Span(end - (own.last - own.first), end), zone)
        case Choice.FOUR_WEEKS | Choice.QUARTER:
            length = timedelta(weeks=4 if code == Choice.FOUR_WEEKS else 13)
            now = Span(monday + timedelta(weeks=1) - length, today)
            return Period(code, now, Span(now.first - length, today - length), zone)
        case Choice.YEAR:
            first = _a_year_before(_begin(today, Grain.MONTH))
            now = Span((first + timedelta(days=31)).replace(day=1), today)
        case Choice.THIS_YEAR:
            now = Span(today.replace(month=1, day=1), today)
        case _:
            year = today.year - 1
            now = Span(date(year, 1, 1), date(year, 12, 31))
    return Period(code, now, Span(_a_year_before(now.first), _a_year_before(now.last)), zone)


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _begin(day: date, grain: str) -> date:
    if grain == Grain.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == Grain.MONTH else day


def _after(day: date, grain: str) -> date:
    if grain == Grain.MONTH:
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return _begin(day, grain) + timedelta(days=7 if grain == Grain.WEEK else 1)


def _pieces(span: Span, grain: str) -> Iterator[Piece]:
    first = span.first
    while first <= span.last:
        following = _after(first, grain)
        last = min(span.last, following - _DAY)
        is_whole = first == _begin(first, grain) and last == following - _DAY
        yield Piece(first, last, date_format(first, "M Y" if grain == Grain.MONTH else "M j"), is_whole)
        first = following
