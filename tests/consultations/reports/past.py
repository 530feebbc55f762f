"""A past for the reports: requests over more than a year, with random actions of staff."""

import random
from datetime import UTC, datetime, timedelta

from consultations.actions import merging, replies, requests
from consultations.conflict_states import ConflictState
from consultations.contact_outcomes import OUTCOMES, Direction
from consultations.models import ConsultationRequest, RequestEvent
from consultations.workflow import MERGEABLE, MOVES, Status
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

#: A Saturday, six days after the clocks were put forward in New York.
NOW = datetime(2027, 3, 20, 16, 30, tzinfo=UTC)
HOSTS = ("", "", "www.google.com", "www.google.co.uk", "bing.com", "www.avvo.com", "m.facebook.com", "news.example.org")
PAGES = ("", "/", "/", "/blog/a-post/", "/attorneys/ada/", "/practice-areas/fraud/", "/free-consultation/", "/odd/")
FORWARD = {Status.CONTACTED, Status.SCHEDULED, Status.CONSULTED, Status.RETAINED}
#: Edges in UTC: the hours in which clocks change, midnights of New York, the ends of weeks, months and the year.
EDGES = [
    "2026-11-01T03:59:59.999999", "2026-11-01T04:00:00", "2026-11-01T05:30:00", "2026-11-01T06:30:00",
    "2026-11-02T04:59:59.999999", "2026-11-02T05:00:00", "2026-12-21T04:59:59.999999", "2026-12-21T05:00:00",
    "2027-01-01T04:59:59.999999", "2027-01-01T05:00:00", "2027-02-22T05:00:00", "2027-03-14T04:59:59.999999",
    "2027-03-14T05:00:00", "2027-03-14T06:59:59", "2027-03-14T07:00:00", "2027-03-15T03:59:59.999999",
    "2027-03-15T04:00:00", "2027-03-20T04:00:00", "2026-04-01T03:59:59.999999", "2026-04-01T04:00:00",
]  # fmt: skip

#: Courses that chance might leave out: back and forth, reopened, thrown out, thrown out and opened again.
COURSES = (
    "contact scheduled contacted scheduled consulted retained",
    "contact scheduled consulted scheduled consulted declined",
    "contact consulted retained consulted",
    "contact consulted retained",
    "in_review contact scheduled not_reached contacted scheduled",
    "in_review quarantine declined",
    "quarantine declined in_review contact",
    "contact declined in_review not_reached",
)


def live(site, *, seed: int, number: int) -> list:
    """Create the requests and their history; return the staff."""
    chance = random.Random(seed)
    staff = [
        make_user("manager", group="Intake managers"),
        make_user("ina", group="Intake"),
        make_user("second", group="Intake"),
    ]
    moments = [datetime.fromisoformat(edge).replace(tzinfo=UTC) for edge in EDGES]
    # Half of them within the last quarter, so that no table is thin.
    for place in range(number - len(moments)):
        days = 100 if place % 2 else 800
        moments.append(
            NOW - timedelta(seconds=chance.randrange(60, days * 24 * 3600), microseconds=chance.randrange(10**6))
        )
    for moment in moments:
        work(chance, arrive(chance, site, moment), staff)
    for place, course in enumerate(COURSES):
        request = arrive(chance, site, NOW - timedelta(days=9 * place + 4), Status.NEW)
        follow(request, course.split(), staff[1], staff[0])
    return staff


def follow(request, course: list[str], by, manager) -> None:
    at = request.submitted_at
    for what in course:
        at += timedelta(minutes=47)
        if what == "contact":
            requests.log_contact(request.pk, channel="call", outcome="spoke", by=by, now=at)
        else:
            go(request, what, manager, at)


def go(request, to: str, by, at: datetime) -> None:
    """Move a request with a clear conflict check; an appointment is assumed."""
    ConsultationRequest.objects.filter(pk=request.pk).update(conflict_state=ConflictState.CLEAR)
    if to != Status.SCHEDULED:
        requests.move(request.pk, to=to, by=by, reason="Sample.", now=at)
        return
    found = requests.locked(request.pk, by)
    found.scheduled_for = at + timedelta(days=1)
    requests.change_status(found, to, by=by, now=at)


def arrive(chance, site, moment: datetime, status: str = ""):
    return Request(
        submitted_at=moment,
        email="person@example.com",
        status=status or (Status.QUARANTINE if chance.random() < 0.15 else Status.NEW),
        practice_area=chance.choice((site.fraud, site.drugs, None)),
        in_custody=chance.random() < 0.2,
        court_date=moment.date() + timedelta(days=chance.randrange(1, 12)) if chance.random() < 0.3 else None,
        referring_host=chance.choice(HOSTS),
        landing_page=chance.choice(PAGES),
    )


def work(chance, request, staff: list) -> None:
    """Let staff act at random times before `NOW`."""
    at = request.submitted_at
    for _ in range(chance.randrange(0, 9)):
        at += timedelta(seconds=chance.choice((90, 1500, 5400, 40_000, 200_000)) * chance.random(), microseconds=7)
        if at >= NOW:
            return
        step(chance, ConsultationRequest.objects.get(pk=request.pk), staff, at)


def step(chance, request, staff: list, at: datetime) -> None:
    by, lot = chance.choice(staff), chance.random()
    if lot < 0.1:
        requests.assign(request.pk, to=by, by=staff[0], now=at)
    elif lot < 0.45 and request.status != Status.QUARANTINE:
        channel = chance.choice(("call", "email"))
        outcome = chance.choice(list(OUTCOMES[Direction.OUT, channel]))
        requests.log_contact(request.pk, channel=channel, outcome=outcome, by=by, now=at)
    elif lot < 0.5 and request.status not in replies.SILENT:
        replies.answer(request.pk, subject="Your request", text="We have read it.", by=by, now=at)
    elif lot < 0.55 and request.status in MERGEABLE:
        others = ConsultationRequest.objects.exclude(pk=request.pk).exclude(status__in=("merged", "quarantine"))
        if other := others.order_by("-pk").first():
            merging.merge(request.pk, into=other.pk, by=staff[0], now=at)
    else:
        ways = sorted(MOVES[request.status])
        to = chance.choice([*ways, *(way for way in ways if way in FORWARD for _ in range(3))])
        if to == Status.CONTACTED and request.first_contact_at is None:
            return
        go(request, to, staff[0], at)


def moves_of(request) -> list[dict]:
    return [one.facts for one in RequestEvent.objects.filter(request=request, kind="moved").order_by("at", "pk")]
