from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from consultations.due_dates import Calendar, Urgency, due_at, urgency_of, weekly_hours

NEW_YORK = ZoneInfo("America/New_York")
WEEK = weekly_hours([(("mon", "tue", "wed", "thu", "fri"), time(9), time(17))])
OFFICE = Calendar(NEW_YORK, WEEK, frozenset({date(2026, 11, 26)}))


def at(*values) -> datetime:
    return datetime(*values, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (at(2026, 11, 23, 10), 4, at(2026, 11, 23, 14)),
        (at(2026, 11, 23, 15), 4, at(2026, 11, 24, 11)),
        (at(2026, 11, 23, 3), 1, at(2026, 11, 23, 10)),
        (at(2026, 11, 23, 22), 1, at(2026, 11, 24, 10)),
        (at(2026, 11, 27, 16), 2, at(2026, 11, 30, 10)),  # a Friday
        (at(2026, 11, 25, 16), 2, at(2026, 11, 27, 10)),  # the day before the holiday
        (at(2026, 11, 23, 9), 8, at(2026, 11, 23, 17)),
        (at(2026, 11, 28, 12), 40, at(2026, 12, 4, 17)),  # from a Saturday, five days of eight hours
    ],
)
def test_office_hours_count_alone(start, hours, due):
    assert due_at(start, timedelta(hours=hours), OFFICE) == due


def test_round_the_clock():
    assert due_at(at(2026, 11, 21, 2), timedelta(minutes=30), Calendar(NEW_YORK)) == at(2026, 11, 21, 2, 30)


@pytest.mark.parametrize("calendar", [Calendar(NEW_YORK), Calendar(NEW_YORK, {6: [(time(0), time(23, 59))]})])
def test_an_hour_is_an_hour_when_clocks_are_set_back(calendar):
    start = at(2026, 11, 1, 0, 30)
    assert due_at(start, timedelta(hours=2), calendar).timestamp() - start.timestamp() == 2 * 3600


def test_start_in_another_zone():
    start = datetime(2026, 11, 23, 15, tzinfo=ZoneInfo("UTC"))
    assert due_at(start, timedelta(hours=1), OFFICE) == at(2026, 11, 23, 11)


def test_an_office_that_never_opens_does_not_stop_the_clock():
    closed = Calendar(NEW_YORK, WEEK, frozenset(date(2026, 11, 1) + timedelta(days=n) for n in range(400)))
    assert due_at(at(2026, 11, 23, 10), timedelta(hours=1), closed) == at(2026, 11, 23, 11)


def test_overlapping_hours_count_once():
    hours = weekly_hours([(("mon",), time(9), time(12)), (("mon",), time(11), time(13))])
    assert due_at(at(2026, 11, 23, 9), timedelta(hours=4), Calendar(NEW_YORK, hours)) == at(2026, 11, 23, 13)


NOW = at(2026, 11, 23, 10)


@pytest.mark.parametrize(
    ("in_custody", "court", "urgency"),
    [
        (True, None, Urgency.URGENT),
        (True, date(2027, 5, 1), Urgency.URGENT),
        (False, date(2026, 11, 23), Urgency.URGENT),
        (False, date(2026, 11, 26), Urgency.URGENT),
        (False, date(2026, 11, 27), Urgency.SOON),
        (False, date(2026, 11, 30), Urgency.SOON),
        (False, date(2026, 12, 1), Urgency.NORMAL),
        (False, date(2026, 11, 22), Urgency.NORMAL),
        (False, None, Urgency.NORMAL),
    ],
)
def test_urgency(in_custody, court, urgency):
    assert urgency_of(in_custody=in_custody, court_date=court, now=NOW, zone=NEW_YORK) == urgency
