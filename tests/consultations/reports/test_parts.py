"""The pure parts: periods, percentiles, sources, axis, charts, words."""

import statistics
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from consultations.reports.charts import Bar, bars, columns, ticks
from consultations.reports.percentiles import MEDIAN, NINETIETH, percentile, time_words
from consultations.reports.period import Choice, Grain, Span, period_of
from consultations.reports.sources import Landing, Source, landing_of, source_of
from consultations.reports.tables import change_words, heat, hour_words, share_words

ZONE = ZoneInfo("America/New_York")
DAYS = some.dates(date(2000, 1, 1), date(2099, 12, 31))


# --- Periods ------------------------------------------------------------------------------------------


def spans(code: str, today: str, own: Span | None = None) -> tuple[str, str, str, str]:
    period = period_of(code, today=date.fromisoformat(today), zone=ZONE, own=own)
    every = (period.now.first, period.now.last, period.before.first, period.before.last)
    return tuple(day.isoformat() for day in every)


@pytest.mark.parametrize(
    ("code", "today", "expected"),
    [
        ("4w", "2027-03-17", ("2027-02-22", "2027-03-17", "2027-01-25", "2027-02-17")),
        ("4w", "2027-03-15", ("2027-02-22", "2027-03-15", "2027-01-25", "2027-02-15")),
        ("4w", "2027-03-21", ("2027-02-22", "2027-03-21", "2027-01-25", "2027-02-21")),
        ("13w", "2027-03-17", ("2026-12-21", "2027-03-17", "2026-09-21", "2026-12-16")),
        ("12m", "2027-03-17", ("2026-04-01", "2027-03-17", "2025-04-01", "2026-03-17")),
        ("12m", "2028-02-29", ("2027-03-01", "2028-02-29", "2026-03-01", "2027-02-28")),
        ("12m", "2027-12-31", ("2027-01-01", "2027-12-31", "2026-01-01", "2026-12-31")),
        ("12m", "2028-01-31", ("2027-02-01", "2028-01-31", "2026-02-01", "2027-01-31")),
        ("this-year", "2028-02-29", ("2028-01-01", "2028-02-29", "2027-01-01", "2027-02-28")),
        ("last-year", "2027-03-17", ("2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31")),
    ],
)
def test_named_periods(code, today, expected):
    assert spans(code, today) == expected


@given(DAYS, some.integers(0, 4000), DAYS)
def test_a_span_of_ones_own_is_compared_with_as_many_days_right_before(first, days, today):
    own = Span(first, first + timedelta(days=days))
    period = period_of(Choice.OWN, today=today, zone=ZONE, own=own)
    assert period.now == own
    assert period.before.days == own.days
    assert period.before.last + timedelta(days=1) == own.first


@given(some.sampled_from([one for one in Choice if one != Choice.OWN]), DAYS)
def test_named_periods_and_what_is_before_them_never_overlap(code, today):
    period = period_of(code, today=today, zone=ZONE)
    assert period.before.last < period.now.first <= period.now.last
    assert abs(period.before.days - period.now.days) <= 1  # one for the 29th of February
    if code in {Choice.FOUR_WEEKS, Choice.QUARTER}:
        assert period.before.days == period.now.days
        assert period.now.first.weekday() == period.before.first.weekday() == 0


@given(some.sampled_from(list(Choice)), DAYS, some.integers(0, 1500))
def test_pieces_cover_every_day_once(code, today, days):
    own = Span(today - timedelta(days=days), today)
    period = period_of(code, today=today, zone=ZONE, own=own)
    covered = [piece.first + timedelta(days=one) for piece in period.pieces for one in range(piece.days)]
    assert covered == [period.now.first + timedelta(days=one) for one in range(period.now.days)]
    firsts = {piece.first for piece in period.pieces}
    assert {period.place(day) for day in covered} == firsts
    for piece in period.pieces:
        assert all(period.place(piece.first + timedelta(days=one)) == piece.first for one in range(piece.days))
        if period.grain == Grain.WEEK:
            assert piece.is_whole == (piece.days == 7)


def test_days_begin_at_midnight_of_the_firm_whatever_the_clocks_do():
    span = Span(date(2027, 3, 14), date(2027, 3, 14))
    begin, end = span.start(ZONE).astimezone(UTC), span.end(ZONE).astimezone(UTC)
    assert (begin, end) == (datetime(2027, 3, 14, 5, tzinfo=UTC), datetime(2027, 3, 15, 4, tzinfo=UTC))
    assert end - begin == timedelta(hours=23)
    back = Span(date(2026, 11, 1), date(2026, 11, 1))
    assert back.end(ZONE).astimezone(UTC) - back.start(ZONE).astimezone(UTC) == timedelta(hours=25)


def test_short_periods_go_by_day_and_long_ones_by_month():
    def grain(days: int) -> str:
        own = Span(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days - 1))
        return period_of(Choice.OWN, today=date(2027, 1, 1), zone=ZONE, own=own).grain

    assert [grain(days) for days in (1, 35, 36, 190, 191, 366)] == ["day", "day", "week", "week", "month", "month"]


# --- Percentiles --------------------------------------------------------------------------------------


@given(some.lists(some.integers(0, 50_000), min_size=2, max_size=80))
def test_percentiles_are_those_of_the_standard_library(values):
    tenths = statistics.quantiles([Fraction(one) for one in values], n=10, method="inclusive")
    assert percentile(values, MEDIAN) == tenths[4] == statistics.median([Fraction(one) for one in values])
    assert percentile(values, NINETIETH) == tenths[8]


@given(some.lists(some.integers(0, 999), min_size=1, max_size=40), some.fractions(0, 1))
def test_percentiles_lie_within_and_grow(values, share):
    found = percentile(values, share)
    assert min(values) <= found <= max(values)
    assert percentile(values, share / 2) <= found
    assert percentile(values, Fraction(0)) == min(values)
    assert percentile(values, Fraction(1)) == max(values)


def test_nothing_has_no_percentile():
    assert percentile([], MEDIAN) is None
    assert percentile([7], NINETIETH) == 7


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (None, "–"), (0, "0 min"), (Fraction(1, 2), "1 min"), (Fraction(49, 100), "0 min"), (59, "59 min"),
        (Fraction(119, 2), "1 h"), (60, "1 h"), (61, "1 h 1 min"), (2879, "47 h 59 min"), (2880, "2 days"),
        (2880 + 239, "2 days 3 h"), (14_400, "10 days"),
    ],
)  # fmt: skip
def test_times_in_words(minutes, words):
    assert time_words(minutes) == words


# --- Sources ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("", Source.DIRECT), ("  ", Source.DIRECT),
        ("google.com", Source.SEARCH), ("www.google.co.uk", Source.SEARCH), ("www.google.com.au", Source.SEARCH),
        ("www.google.de", Source.SEARCH), ("WWW.Bing.com.", Source.SEARCH), ("uk.search.yahoo.com", Source.SEARCH),
        ("www.avvo.com", Source.DIRECTORY), ("lawyers.findlaw.com", Source.DIRECTORY),
        ("t.co", Source.SOCIAL), ("m.facebook.com", Source.SOCIAL), ("l.instagram.com", Source.SOCIAL),
        ("www.example.org", Source.OTHER), ("mail.google.com", Source.OTHER), ("google.example.com", Source.OTHER),
        ("notgoogle.com", Source.OTHER), ("mybing.com", Source.OTHER), ("bing.com.example.org", Source.OTHER),
        ("at.co", Source.OTHER), ("co", Source.OTHER), ("google", Source.OTHER), (".", Source.DIRECT),
        ("<script>", Source.OTHER), ("é" * 100, Source.OTHER),
    ],
)  # fmt: skip
def test_kinds_of_sources(host, source):
    assert source_of(host) == source


@pytest.mark.parametrize(
    ("path", "landing"),
    [
        ("", Landing.UNKNOWN), ("blog", Landing.UNKNOWN), ("/", Landing.HOME), ("/blog/", Landing.BLOG),
        ("/blog", Landing.BLOG), ("/blog/a/b/", Landing.BLOG), ("/blogs/", Landing.OTHER),
        ("/practice-areas/fraud/", Landing.AREA), ("/attorneys/ada/", Landing.ATTORNEY),
        ("/testimonials/", Landing.TESTIMONIAL), ("/free-consultation/", Landing.FORM), ("/about/", Landing.OTHER),
        ("//", Landing.HOME),
    ],
)  # fmt: skip
def test_kinds_of_first_pages(path, landing):
    assert landing_of(path) == landing


@given(some.text(max_size=60))
def test_whatever_a_host_or_path_is_it_has_a_kind(text):
    assert source_of(text) in Source
    assert landing_of(text) in Landing


# --- Charts and words ---------------------------------------------------------------------------------


@given(some.integers(0, 10**9), some.integers(1, 10))
def test_an_axis_has_round_numbers_that_reach_far_enough(greatest, most):
    marks = ticks(greatest, most)
    steps = {after - before for before, after in pairwise(marks)}
    assert marks[0] == 0
    assert marks[-1] >= greatest > marks[-2] or greatest == 0
    assert 2 <= len(marks) <= most + 1
    assert len(steps) == 1
    assert str(steps.pop()).rstrip("0") in {"1", "2", "5"}


@pytest.mark.parametrize(
    ("greatest", "marks"),
    [(0, [0, 1]), (1, [0, 1]), (7, [0, 2, 4, 6, 8]), (32, [0, 10, 20, 30, 40]), (10, [0, 2, 4, 6, 8, 10])],
)
def test_axes(greatest, marks):
    assert ticks(greatest) == marks


def test_a_chart_is_xml_whatever_its_words_are():
    odd = "<b>&\"'é</b>"
    for chart in (bars("x", odd, odd, [Bar(odd, 3, odd)]), columns("x", odd, odd, [(odd, 3)])):
        tree = ElementTree.fromstring(chart)
        assert tree.attrib["role"] == "img"
        assert [one.text for one in tree][:2] == [odd, odd]
        assert tree.attrib["aria-labelledby"].split() == [one.attrib["id"] for one in list(tree)[:2]]
        assert "style" not in chart.replace('class="', "")


@given(some.lists(some.integers(0, 10**6), min_size=1, max_size=70))
def test_columns_and_bars_stay_within_their_frame(numbers):
    for chart in (
        columns("x", "Name", "Finding.", [("Jan 1", number) for number in numbers]),
        bars("x", "Name", "Finding.", [Bar("Jan 1", number, "1") for number in numbers]),
    ):
        tree = ElementTree.fromstring(chart)
        for one in tree.iter("{http://www.w3.org/2000/svg}rect"):
            x, width = (float(one.attrib[name].rstrip("%")) for name in ("x", "width"))
            y, height = (float(one.attrib[name]) for name in ("y", "height"))
            assert x >= 0
            assert x + width <= 100
            assert y >= 0
            assert y + height <= float(tree.attrib["height"])


def test_longer_bars_are_longer():
    tree = ElementTree.fromstring(bars("x", "Name", "Finding.", [Bar("a", 1, "1"), Bar("b", 4, "4"), Bar("c", 2, "2")]))
    widths = [float(one.attrib["width"].rstrip("%")) for one in tree.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths == [17, 68, 34]


def test_words_of_shares_and_changes():
    shares = {(0, 0): "–", (0, 3): "0%", (1, 3): "33%", (1, 200): "1%", (1, 201): "under 1%", (3, 3): "100%"}
    assert {pair: share_words(*pair) for pair in shares} == shares
    assert [change_words(*pair) for pair in ((3, 3), (5, 2), (2, 5))] == ["as many", "3 more", "3 fewer"]
    hours = {0: "12 a.m.", 1: "1 a.m.", 11: "11 a.m.", 12: "12 p.m.", 13: "1 p.m.", 23: "11 p.m."}
    assert {hour: hour_words(hour) for hour in hours} == hours


@given(some.integers(0, 1000), some.integers(1, 1000))
def test_darkness_grows_with_the_number(number, greatest):
    number = min(number, greatest)
    assert heat(number, greatest) in range(5)
    assert (heat(number, greatest) == 0) == (number == 0)
    assert heat(number, greatest) <= heat(greatest, greatest)
