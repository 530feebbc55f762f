"""Every number of the page equals plain SQL, and a count by hand, for a random past."""

import statistics
from collections import Counter
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import F, Q

from consultations.models import ConsultationRequest, Screen
from consultations.reports.percentiles import time_words
from consultations.reports.sources import Landing, Source, landing_of, source_of
from consultations.reports.tables import change_words, share_words
from tests.consultations.conftest import build_site
from tests.consultations.reports.past import NOW, live, moves_of
from tests.consultations.reports.plain_sql import Asked
from tests.consultations.reports.reading import FIGURES, charts, tables, texts, tiles

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("America/New_York")
OPEN = ("new", "in_review", "contacted", "scheduled", "consulted")
IS_OPEN = "status IN ('new', 'in_review', 'contacted', 'scheduled', 'consulted')"
ENDS = {"open": IS_OPEN} | {one: f"status = '{one}'" for one in ("declined", "referred", "not_reached", "conflict")}
#: What is asked for, its days, and the days before it.
PERIODS = {
    "period=13w": ("2026-12-21", "2027-03-20", "2026-09-21", "2026-12-19"),
    "period=4w": ("2027-02-22", "2027-03-20", "2027-01-25", "2027-02-20"),
    "period=12m": ("2026-04-01", "2027-03-20", "2025-04-01", "2026-03-20"),
    "period=this-year": ("2027-01-01", "2027-03-20", "2026-01-01", "2026-03-20"),
    "period=last-year": ("2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31"),
    "period=own&since=2026-10-31&until=2026-11-02": ("2026-10-31", "2026-11-02", "2026-10-28", "2026-10-30"),
}


def midnight(day: str, days: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day) + timedelta(days=days), datetime.min.time(), ZONE)


@pytest.fixture(scope="module", params=[11, 12])
def past(request, django_db_setup, django_db_blocker):
    """A site with staff and a past, made once for this module. The manager has ethical walls to some requests."""
    with django_db_blocker.unblock(), transaction.atomic():
        site = build_site()
        site.staff = live(site, seed=request.param, number=130)
        # Not by reference, which is random: the few that were retained might all be hidden.
        for hidden in ConsultationRequest.objects.order_by("pk")[3:60:7]:
            Screen.objects.create(request=hidden, user=site.staff[0])
        yield site
        transaction.set_rollback(True)


@pytest.fixture
def desk(past, client, time_machine):
    time_machine.move_to(NOW, tick=False)
    manager, *others = past.staff
    client.force_login(manager)
    return manager, others


def asked(user, query: str) -> tuple[Asked, Asked]:
    first, last, before, until = PERIODS[query]
    return Asked(user, midnight(first), midnight(last, 1)), Asked(user, midnight(before), midnight(until, 1))


def distribution(now: dict, before: dict, kinds: dict) -> list[list[str]]:
    total, rows = sum(now.values()), []
    for key, label in kinds.items():
        number, earlier = now.get(key, 0), before.get(key, 0)
        rows.append([label, str(number), share_words(number, total), str(earlier), change_words(number, earlier)])
    return rows


def grouped(counts: dict, of) -> Counter:
    found = Counter()
    for value, number in counts.items():
        found[of(value)] += number
    return found


def linear(values: list[int], tenths: int) -> Fraction | None:
    """The percentile of Python's statistics module."""
    if len(values) < 2:
        return Fraction(values[0]) if values else None
    return statistics.quantiles([Fraction(one) for one in values], n=10, method="inclusive")[tenths - 1]


def response(name: str, sql: Asked, of: str, waiting_of: str) -> list[str]:
    minutes = sql.answer_minutes(of)
    unanswered = f"first_contact_at IS NULL AND {waiting_of}"
    in_time = sql.number(f"first_contact_at IS NOT NULL AND (due_at IS NULL OR first_contact_at <= due_at) AND {of}")
    at = "2027-03-20 16:30:00+00" if "extract" in sql.words["minutes"] else "2027-03-20 16:30:00"
    overdue = sql.number(f"status IN ('new', 'in_review') AND due_at <= '{at}' AND {unanswered}")
    waiting = sql.number(f"status IN ('new', 'in_review') AND {unanswered}")
    ended = sql.number(f"status NOT IN ('new', 'in_review') AND {unanswered}")
    times = [time_words(linear(minutes, tenths)) for tenths in (5, 9)]
    return [name, str(len(minutes)), *times, share_words(in_time, len(minutes) + overdue), str(waiting), str(ended)]


ANSWERED_BY = """(SELECT e.actor_id FROM consultations_requestevent e
    WHERE e.request_id = cohort.id AND e.kind IN ('contact', 'answered')
        AND e.at = cohort.first_contact_at ORDER BY e.id LIMIT 1)"""


@pytest.mark.parametrize("query", PERIODS)
def test_every_table_equals_plain_sql(desk, client, past, query):
    site = past
    manager, others = desk
    page = client.get(f"{FIGURES}?{query}").content.decode()
    shown, (sql, earlier) = tables(page), asked(manager, query)
    body = {name: rows[1:] for name, rows in shown.items()}
    total = sql.number()
    assert total > (2 if "own" in query else 15), "a thin past proves nothing"

    # When.
    grain = next(name for name in body if name.startswith("Requests by "))
    by_day = sql.by("day")
    first, last = (date.fromisoformat(day) for day in PERIODS[query][:2])
    every = [first + timedelta(days=days) for days in range((last - first).days + 1)]
    key = {
        "Requests by day": lambda day: day,
        "Requests by week": lambda day: day.isocalendar()[:2],
        "Requests by month": lambda day: (day.year, day.month),
    }[grain]
    pieces = dict.fromkeys((key(day) for day in every), 0)
    for day in every:
        pieces[key(day)] += by_day.get(day.isoformat(), 0)
    assert [int(row[1]) for row in body[grain]] == list(pieces.values())
    assert sum(pieces.values()) == total
    select = f"SELECT {sql.words['weekday']}, {sql.words['hour']}, count(*) FROM cohort GROUP BY 1, 2"
    hours = {(day, hour): number for day, hour, number in sql.rows(select)}
    assert [[int(cell) for cell in row[1:]] for row in body["Busiest hours"]] == [
        [hours.get((day, hour), 0) for day in range(7)] for hour in range(24)
    ]

    # From where, about what, how they stand.
    hosts, pages = (
        (sql.by("referring_host"), earlier.by("referring_host")),
        (sql.by("landing_page"), earlier.by("landing_page")),
    )
    assert body["Where they came from"] == distribution(
        *(grouped(one, source_of) for one in hosts), dict(Source.choices)
    )
    assert body["Where the visit began"] == distribution(
        *(grouped(one, landing_of) for one in pages), dict(Landing.choices)
    )
    named = {host: number for host, number in hosts[0].items() if host}
    retained_from = {host: sql.number(f"referring_host = '{host}' AND status = 'retained'") for host in named}
    assert sorted(body["The sites by name"]) == sorted(
        [host, Source(source_of(host)).label, str(number), str(retained_from[host])] for host, number in named.items()
    )
    titles = {site.fraud.pk: "Fraud", site.drugs.pk: "Drugs", None: "Not said"}
    areas = sql.by("practice_area_id"), earlier.by("practice_area_id")
    found = {key: label for key, label in titles.items() if key in areas[0] or key in areas[1]}
    assert sorted(body["Practice areas"]) == sorted(distribution(*areas, found))
    for row in body["Retained, by practice area"]:
        area = next(key for key, label in titles.items() if label == row[0])
        where = "practice_area_id IS NULL" if area is None else f"practice_area_id = {area}"
        received, is_open, retained = (
            sql.number(f"{where} AND {one}") for one in ("1 = 1", IS_OPEN, "status = 'retained'")
        )
        assert row[1:] == [str(received), str(is_open), str(retained), share_words(retained, received)]
    outcomes = {"open": "Still open", "retained": "Retained", "declined": "Declined", "referred": "Referred"}
    outcomes |= {"not_reached": "Did not reach", "conflict": "Conflict of interest"}
    stands = [grouped(one.by("status"), lambda status: "open" if status in OPEN else status) for one in (sql, earlier)]
    assert body["Outcome"] == distribution(*stands, outcomes)
    urgency = {3: "Urgent", 2: "Court within 7 days", 1: "Normal"}
    assert body["Urgency"] == distribution(sql.by("urgency"), earlier.by("urgency"), urgency)
    custody = {True: "In custody", False: "At liberty, or not said"}
    assert body["Custody"] == distribution(sql.by("in_custody"), earlier.by("in_custody"), custody)

    # The funnel.
    retained = "status = 'retained'"
    seen = f"({retained} OR was_seen OR status = 'consulted')"
    scheduled = f"({seen} OR was_scheduled OR status = 'scheduled')"
    contact = f"({scheduled} OR first_contact_at IS NOT NULL)"
    steps = ["1 = 1", contact, scheduled, seen, retained]
    numbers = [sql.number(step) for step in steps]
    shares = [
        share_words(number, max(1, whole)) for number, whole in zip(numbers, [numbers[0], *numbers], strict=False)
    ]
    assert body["From request to client"] == [
        [name, str(number), share_words(number, total), share if numbers[max(0, place - 1)] else "–"]
        for place, (name, number, share) in enumerate(zip(
            ("Received", "First contact", "Scheduled", "Consulted", "Retained"), numbers, shares, strict=True))
    ]  # fmt: skip
    stopped = [
        [str(sql.number(f"{reached} AND NOT {further} AND {end}")) for end in ENDS.values()]
        for reached, further in pairwise(steps)
    ]
    assert [row[1:] for row in body["Where the others stopped"]] == stopped

    # First answers.
    whole = response("All", sql, "1 = 1", "1 = 1")
    by_urgency = [response(label, sql, f"urgency = {code}", f"urgency = {code}") for code, label in urgency.items()]
    assert body["First answer, by urgency"] == [*by_urgency, whole]
    people = {
        one.username: response(one.username, sql, f"{ANSWERED_BY} = {one.pk}", f"assignee_id = {one.pk}")
        for one in [manager, *others]
    }
    people["Nobody yet"] = response("Nobody yet", sql, "1 = 0", "assignee_id IS NULL")
    people["Not recorded here"] = response("Not recorded here", sql, f"{ANSWERED_BY} IS NULL", "1 = 0")
    nothing = ["0", "–", "–", "–", "0", "0"]
    assert sorted(body["First answer, by person"][:-1]) == sorted(row for row in people.values() if row[1:] != nothing)
    assert body["First answer, by person"][-1] == whole

    # What is said around the tables.
    top = tiles(page)
    assert top["Requests"] == (str(total), f"{earlier.number()} before: {change_words(total, earlier.number())}")
    assert top["First answer, median"][0] == whole[2]
    assert (top["Answered in time"][0], top["Still waiting"][0]) == (whole[4], whole[5])
    assert top["Retained"][0] == str(numbers[-1])
    out = [sql.number(f"status = '{status}'", "received") for status in ("merged", "quarantine")]
    out.append(sql.number("status = 'declined' AND last_origin = 'quarantine'", "received"))
    said = (
        f"Left out: {out[0]} merged into another request, {out[1]} in quarantine, and {out[2]} declined straight out of"
    )
    assert said in page
    late = Asked(manager, midnight("2000-01-01"), midnight("2030-01-01"))
    at = "2027-03-20 16:30:00+00" if "extract" in late.words["minutes"] else "2027-03-20 16:30:00"
    overdue = f"status IN ('new', 'in_review') AND first_contact_at IS NULL AND due_at <= '{at}'"
    assert top["Overdue now"][0] == str(late.number(overdue))
    references = [
        row[0] for row in late.rows(f"SELECT reference FROM cohort WHERE {overdue} ORDER BY due_at, id LIMIT 50")
    ]
    assert [row[0] for row in body["Overdue now"]] == references
    assert references


# --- By hand ------------------------------------------------------------------------------------------


def furthest(request) -> int:
    """The furthest step of a request, found move by move."""
    ranks = {"scheduled": 2, "consulted": 3, "retained": 3}
    went = [ranks.get(move["to"], 0) for move in moves_of(request)] + [ranks.get(request.status, 0)]
    if request.status == "retained":
        return 4
    return max(*went, 1 if request.first_contact_at or request.status == "contacted" else 0)


def test_the_numbers_equal_a_count_by_hand(desk, client):
    manager, _ = desk
    page = client.get(f"{FIGURES}?period=13w").content.decode()
    body = {name: rows[1:] for name, rows in tables(page).items()}
    hidden = set(Screen.objects.filter(user=manager).values_list("request_id", flat=True))
    cohort = []
    for request in ConsultationRequest.objects.all():
        day = request.submitted_at.astimezone(ZONE).date()
        moves = moves_of(request)
        is_spam = request.status == "declined" and moves and moves[-1]["from"] == "quarantine"
        is_out = request.status in {"merged", "quarantine"} or is_spam or request.pk in hidden
        if date(2026, 12, 21) <= day <= date(2027, 3, 20) and not is_out:
            cohort.append(request)
    assert len(cohort) > 40
    weeks = Counter(request.submitted_at.astimezone(ZONE).date().isocalendar()[1] for request in cohort)
    assert [int(row[1]) for row in body["Requests by week"]] == [weeks[week] for week in (52, 53, *range(1, 12))]
    at = Counter(furthest(request) for request in cohort)
    reached = [sum(at[later] for later in range(step, 5)) for step in range(5)]
    assert [int(row[1]) for row in body["From request to client"]] == reached
    assert reached[0] > reached[2] > reached[4] > 0
    minutes = sorted(
        max(0, int(one.first_contact_at.timestamp()) - int(one.submitted_at.timestamp())) // 60
        for one in cohort if one.first_contact_at
    )  # fmt: skip
    row = body["First answer, by urgency"][-1]
    assert row[1:4] == [str(len(minutes)), time_words(linear(minutes, 5)), time_words(linear(minutes, 9))]
    hours = Counter(
        (one.submitted_at.astimezone(ZONE).weekday(), one.submitted_at.astimezone(ZONE).hour) for one in cohort
    )
    assert sum(int(cell) for row in body["Busiest hours"] for cell in row[1:]) == len(cohort)
    assert all(int(body["Busiest hours"][hour][1 + day]) == number for (day, hour), number in hours.items())


def test_the_past_has_every_kind_of_request(desk):
    """Requests that went back and forth, were reopened, merged, quarantined, discarded, answered late."""
    courses = [[move["to"] for move in moves_of(one)] for one in ConsultationRequest.objects.all()]
    assert any(course.count("scheduled") > 1 for course in courses)
    assert any("declined" in course and course[-1] != "declined" for course in courses)
    statuses = Counter(ConsultationRequest.objects.values_list("status", flat=True))
    assert min(statuses[one] for one in ("merged", "quarantine", "declined", "retained", "new", "not_reached")) > 0
    assert any(
        (one.status, moves_of(one)[-1:]) == ("declined", [{"from": "quarantine", "to": "declined"}])
        for one in ConsultationRequest.objects.filter(status="declined")
    )
    answered = ConsultationRequest.objects.exclude(first_contact_at=None)
    assert answered.filter(due_at__lt=F("first_contact_at")).exists()
    first = Q(events__at=F("first_contact_at"))
    assert {"contact", "answered"} <= set(answered.filter(first).values_list("events__kind", flat=True))


@pytest.mark.parametrize("query", ["period=13w", "period=12m", "period=4w"])
def test_the_charts_say_what_the_tables_say(desk, client, query):
    page = client.get(f"{FIGURES}?{query}").content.decode()
    body, drawn = {name: rows[1:] for name, rows in tables(page).items()}, charts(page)
    assert len(drawn) >= 12
    for name, chart in drawn.items():
        said = texts(chart)
        if name.startswith("Requests by"):
            numbers = [row[1] for row in body[name] if row[1] != "0"]
            if len(body[name]) <= 14:
                assert [one for one in said if one in numbers][-len(numbers) :]
            continue
        labels = [
            row[0] for row in body[name] if row[0] != "All" and not (name.startswith("First answer") and row[1] == "0")
        ]
        assert [one for one in said if one in labels] == labels
        if name in {
            "Where they came from",
            "Practice areas",
            "Outcome",
            "Urgency",
            "Custody",
            "From request to client",
        }:
            assert said[1::2] == [f"{row[1]} ({row[2]})" for row in body[name]]
        if name.startswith("First answer"):
            times = [time for row in body[name] if row[0] in labels for time in row[2:4]]
            assert [one for one in said if one not in labels] == times
