"""Counts requests in the database. No sealed field is opened, and no request is made into an object but the overdue.

One query goes once through the requests of the period and of the one before; how many queries there are, and what is
kept in memory, does not depend on how many they are.
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
#: The states in which the figures are not about a request.
UNCOUNTED = frozenset({Status.MERGED, Status.QUARANTINE})


@dataclass(frozen=True)
class Matters:
    """How many requests have all of this in common."""

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
        """True for requests that the figures are about."""
        return self.status not in UNCOUNTED and not self.is_discarded


@dataclass(frozen=True)
class Answers:
    """How many requests were answered, or not, by the same person; ``minutes`` says how many after how long."""

    is_now: bool
    urgency: int
    person: int | None
    state: str
    minutes: Counter[int]
    number: int


@dataclass(frozen=True)
class Visits:
    """How many requests came from one host to one page."""

    is_now: bool
    host: str
    page: str
    is_retained: bool
    number: int


@dataclass(frozen=True)
class Counts:
    """All that the reports are made of."""

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
        """Return how many requests the figures are about, in the period or in the one before."""
        return sum(one.number for one in self.matters if one.is_counted and one.is_now == now)


def count(user, period: Period, now: datetime) -> Counts:
    """Count what the account may see. Requests from which it is screened off are in no number."""
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
    """Return what was received in the period and in the one before, each with ``is_now``."""
    zone, before, now = period.zone, period.before, period.now
    gap = Q(submitted_at__gte=before.end(zone), submitted_at__lt=now.start(zone))
    found = visible_to(user).filter(submitted_at__gte=before.start(zone), submitted_at__lt=now.end(zone))
    is_now = Case(
        When(submitted_at__gte=now.start(zone), then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return found.exclude(gap).annotate(is_now=is_now).order_by()


def _rows(received, now: datetime) -> Iterable[tuple]:
    """Return what `Sums.add` takes of each request, in one query, a few at a time."""
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
    """Adds up requests one by one; what it keeps does not grow with their number, but with how they differ."""

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
        """Count one more. Only what the figures are about is in more than ``matters``."""
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
        """Return how soon they were answered; those who were not are in the number alone."""
        made = []
        for kinds, minutes in self.answered.items():
            number = minutes.total()
            minutes.pop(None, None)
            made.append(Answers(*kinds, minutes, number))
        return made


def _people(numbers: set[int | None]) -> dict[int, str]:
    found = get_user_model().objects.filter(pk__in=numbers - {None})
    return {one.pk: user_name(one) for one in found}
