"""Free times: hours, absences, holidays and other appointments; and daylight saving changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from consultations.calendar.working_hours import Availability, free_times, instant
from consultations.due_dates import Calendar
from tests.consultations.calendar.cases import ZONE, wall

#: Every day, from and until.
OFFICE = (time(9), time(12))
MONDAY = date(2026, 6, 1)
LONG_AGO = wall(2026, 1, 1, 0, 0)


def diary(*spans, holidays=(), absences=(), taken=()) -> Availability:
    hours = {day: list(spans) for day in range(7)}
    return Availability(Calendar(ZONE, hours, frozenset(holidays)), tuple(absences), tuple(taken))


def free(known: Availability, day: date, *, minutes=60, now=LONG_AGO, **given) -> list[str]:
    """Return the free times of a day in local time, with the zone's name."""
    since = wall(day.year, day.month, day.day, 0, 0)
    found = free_times(known, since=since, until=since + timedelta(hours=23), minutes=minutes, now=now, **given)
    return [f"{at.astimezone(ZONE):%H:%M %Z}" for at in found]


def test_hours_are_filled_and_not_overrun():
    assert free(diary(OFFICE), MONDAY) == ["09:00 EDT", "09:30 EDT", "10:00 EDT", "10:30 EDT", "11:00 EDT"]


def test_nothing_without_hours_and_on_holidays():
    assert free(diary(), MONDAY) == []
    assert free(diary(OFFICE, holidays=[MONDAY]), MONDAY) == []


def test_what_is_taken_is_not_offered_and_neighbours_are():
    taken = [(wall(2026, 6, 1, 10, 0), wall(2026, 6, 1, 10, 30))]
    assert free(diary(OFFICE, taken=taken), MONDAY, minutes=30) == [
        "09:00 EDT",
        "09:30 EDT",
        "10:30 EDT",
        "11:00 EDT",
        "11:30 EDT",
    ]
    assert free(diary(OFFICE, absences=taken), MONDAY, minutes=60) == ["09:00 EDT", "10:30 EDT", "11:00 EDT"]


def test_notice_is_kept():
    assert free(diary(OFFICE), MONDAY, now=wall(2026, 6, 1, 8, 30)) == ["10:30 EDT", "11:00 EDT"]


def test_step_and_length_are_independent():
    assert free(diary(OFFICE), MONDAY, minutes=90, step=timedelta(hours=1)) == ["09:00 EDT", "10:00 EDT"]


def test_two_spans_with_a_break():
    known = diary((time(9), time(10)), (time(11), time(12)))
    assert free(known, MONDAY) == ["09:00 EDT", "11:00 EDT"]


# --- Clocks that are set ------------------------------------------------------------------------------

SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)


def test_local_hours_stay_the_same_across_the_change():
    """Nine o'clock stays nine o'clock, before and after the change."""
    for day in (SPRING, AUTUMN):
        for shift in (-1, 0, 1):
            found = free(diary(OFFICE), day + timedelta(days=shift))
            assert [at[:5] for at in found] == ["09:00", "09:30", "10:00", "10:30", "11:00"]


def test_the_hour_that_the_spring_leaves_out_is_not_offered():
    assert free(diary((time(1), time(4))), SPRING) == ["01:00 EST", "01:30 EST", "03:00 EDT"]
    assert free(diary((time(2), time(3))), SPRING) == []
    assert free(diary((time(2, 30), time(4))), SPRING) == ["03:00 EDT"]
    assert free(diary((time(1), time(2, 30))), SPRING) == ["01:00 EST"]


def test_the_hour_that_the_autumn_has_twice_is_offered_twice():
    assert free(diary((time(1), time(2))), AUTUMN) == ["01:00 EDT", "01:30 EDT", "01:00 EST"]
    assert free(diary((time(0, 30), time(1, 30))), AUTUMN) == ["00:30 EDT", "01:00 EDT", "01:30 EDT"]


@pytest.mark.parametrize(
    ("shown", "is_last", "moment"),
    [
        (datetime(2026, 3, 8, 1, 59), False, datetime(2026, 3, 8, 6, 59, tzinfo=UTC)),
        (datetime(2026, 3, 8, 2, 0), False, datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        (datetime(2026, 3, 8, 2, 59), True, datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        (datetime(2026, 3, 8, 3, 0), False, datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 1, 30), False, datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (datetime(2026, 11, 1, 1, 30), True, datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        (datetime(2026, 6, 1, 9, 0), True, datetime(2026, 6, 1, 13, 0, tzinfo=UTC)),
    ],
)
def test_moments_of_the_wall_clock(shown, is_last, moment):
    assert instant(shown, ZONE, is_last=is_last) == moment


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_working_time_is_measured_as_it_passes(day):
    known = diary((time(0), time(6)))
    ((begins, ends),) = known.working(day)
    assert ends - begins == timedelta(hours=5 if day == SPRING else 7)
    assert known.is_working(begins, ends)
    assert not known.is_working(begins, ends + timedelta(minutes=1))
    assert not known.is_working(begins - timedelta(minutes=1), ends)
