"""Counts requests in the database. No encrypted field is read, and only overdue requests become objects.

One query reads the requests of the period and of the one before. The number of queries and the memory used do not
depend on the number of requests.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import BooleanField, Case, Q, Value, When

from consultations.display import user_name
from consultations.models import ConsultationRequest
from consultations.permissions import visible_to
from consultations.reports import columns
from consultations.reports.period import Period
from consultations.workflow import Status
from firm.models import PracticeAreaPage

#: The most overdue requests that are listed.
MOST_OVERDUE = 50
#: The statuses that reports do not count.
UNCOUNTED = frozenset({Status.MERGED, Status.QUARANTINE})


@dataclass(frozen=True)
class Matters:
    """The number of requests with the same values in all these fields."""

    is_now: bool
    area: int | None
    status: str
    urgency: int
    in_custody: bool
    is_answered: bool
    is_discarded: bool
    course: int | None
    number: int

    @property
    def is_counted(self) -> bool:
        return self.status not in UNCOUNTED and not self.is_discarded


@dataclass(frozen=True)
class Answers:
    """The number of requests with the same values; ``minutes`` counts answers by minutes until the first contact."""

    is_now: bool
    urgency: int
    person: int | None
    state: str
    minutes: Counter[int]
    number: int


@dataclass(frozen=True)
class Visits:
    """The number of requests from one referring host and landing page."""

    is_now: bool
    host: str
    page: str
    is_retained: bool
    number: int


@dataclass(frozen=True)
class Counts:
    """The numbers from which all reports are made."""

    period: Period
    now: datetime
    matters: list[Matters]
    by_day: Counter[date]
    by_hour: Counter[tuple[int, int]]
    answers: list[Answers]
    visits: list[Visits]
    overdue: list[ConsultationRequest]
    overdue_number: int
    areas: dict[int, str]
    people: dict[int, str]

    def received(self, *, now: bool = True) -> int:
        """Return how many requests are counted, in the period or in the one before."""
        return sum(one.number for one in self.matters if one.is_counted and one.is_now == now)


def count(user, period: Period, now: datetime) -> Counts:
    """Count the requests that the account may see, so without those behind its ethical walls."""
    sums = Sums(period.zone)
    for row in _rows(_received(user, period), now):
        sums.add(*row)
    late = visible_to(user).overdue(now)
    return Counts(
        period=period,
        now=now,
        matters=[Matters(*kinds, number) for kinds, number in sums.matters.items()],
        by_day=sums.by_day,
        by_hour=sums.by_hour,
        answers=sums.answers(),
        visits=[Visits(*kinds, number) for kinds, number in sums.visits.items()],
        overdue=list(
            late.select_related("assignee")
            .only("reference", "urgency", "due_at", "submitted_at", "seal_id", "assignee")
            .order_by("due_at", "pk")[:MOST_OVERDUE]
        ),
        overdue_number=late.count(),
        areas=dict(PracticeAreaPage.objects.values_list("pk", "title")),
        people=_people({person for _, _, person, _ in sums.answered}),
    )


def _received(user, period: Period):
    """Return the requests of the period and of the one before, annotated with ``is_now``."""
    zone, before, now = period.zone, period.before, period.now
    gap = Q(submitted_at__gte=before.end(zone), submitted_at__lt=now.start(zone))
    found = visible_to(user).filter(submitted_at__gte=before.start(zone), submitted_at__lt=now.end(zone))
    is_now = Case(
        When(submitted_at__gte=now.start(zone), then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return found.exclude(gap).annotate(is_now=is_now).order_by()


def _rows(received, now: datetime) -> Iterable[tuple]:
    """Yield the arguments of `Sums.add` for each request, from one query in chunks."""
    computed = {
        "is_answered": columns.IS_ANSWERED,
        "declined_from": columns.DECLINED_FROM,
        "course": columns.COURSE,
        "slot": columns.RECEIVED_IN,
        "person": columns.ANSWERED_BY,
        "state": columns.answer_state(now),
        "minutes": columns.MINUTES,
    }
    stored = ("is_now", "practice_area", "status", "urgency", "in_custody", "referring_host", "landing_page")
    return received.annotate(**computed).values_list(*stored, *computed).iterator(chunk_size=2000)


class Sums:
    """Adds up requests one by one. Its size depends on their variety, not on their number."""

    def __init__(self, zone: ZoneInfo):
        self.zone = zone
        self.matters: Counter[tuple] = Counter()
        self.by_day: Counter[date] = Counter()
        #: By day of the week (0 is Monday) and hour.
        self.by_hour: Counter[tuple[int, int]] = Counter()
        self.visits: Counter[tuple] = Counter()
        self.answered: defaultdict[tuple, Counter[int | None]] = defaultdict(Counter)

    def add(
        self, is_now, area, status, urgency, in_custody, host, page,
        is_answered, declined_from, course, slot, person, state, minutes,
    ) -> None:  # fmt: skip
        """Add a request. Those that are not counted are only in ``matters``."""
        is_discarded = declined_from == Status.QUARANTINE
        self.matters[is_now, area, status, urgency, in_custody, is_answered, is_discarded, course] += 1
        if is_discarded or status in UNCOUNTED:
            return
        self.visits[is_now, host, page, status == Status.RETAINED] += 1
        self.answered[is_now, urgency, person, state][minutes] += 1
        if is_now:
            local = datetime.fromtimestamp(slot * columns.SLOT, self.zone)
            self.by_day[local.date()] += 1
            self.by_hour[local.weekday(), local.hour] += 1

    def answers(self) -> list[Answers]:
        """Return the response times. Requests without an answer are in ``number`` only."""
        made = []
        for kinds, minutes in self.answered.items():
            number = minutes.total()
            minutes.pop(None, None)
            made.append(Answers(*kinds, minutes, number))
        return made


def _people(numbers: set[int | None]) -> dict[int, str]:
    found = get_user_model().objects.filter(pk__in=numbers - {None})
    return {one.pk: user_name(one) for one in found}
