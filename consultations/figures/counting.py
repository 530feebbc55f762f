"""Counts requests in the database. No sealed field is opened, and no request is made into an object but the overdue.

The number of queries does not depend on how many requests there are.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.db.models import BooleanField, Case, Count, Q, Value, When

from consultations.columns import user_name
from consultations.figures import columns
from consultations.figures.period import Period
from consultations.models import ConsultationRequest
from consultations.permissions import visible_to
from consultations.workflow import Status
from firm.models import PracticeAreaPage

#: The most overdue requests that are listed.
MOST_OVERDUE = 50


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
        return self.status not in {Status.MERGED, Status.QUARANTINE} and not self.is_discarded


@dataclass(frozen=True)
class Answers:
    """How many requests were answered, or not, by the same person after as many minutes."""

    is_now: bool
    urgency: int
    person: int | None
    state: str
    minutes: int | None
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
    received = _received(user, period)
    counted = (
        received.exclude(status__in=(Status.MERGED, Status.QUARANTINE))
        .alias(declined_from=columns.DECLINED_FROM)
        .exclude(declined_from=Status.QUARANTINE)
    )
    by_day, by_hour = _by_time(counted, period)
    answers = _answers(counted, now)
    late = visible_to(user).overdue(now)
    return Counts(
        period=period,
        now=now,
        matters=_matters(received),
        by_day=by_day,
        by_hour=by_hour,
        answers=answers,
        visits=_visits(counted),
        overdue=list(
            late.select_related("assignee")
            .only("reference", "urgency", "due_at", "submitted_at", "seal_id", "assignee")
            .order_by("due_at", "pk")[:MOST_OVERDUE]
        ),
        overdue_number=late.count(),
        areas=dict(PracticeAreaPage.objects.values_list("pk", "title")),
        people=_people({one.person for one in answers}),
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


def _matters(received) -> list[Matters]:
    is_answered = Case(
        When(first_contact_at__isnull=False, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    kinds = ("is_now", "practice_area", "status", "urgency", "in_custody", "is_answered", "is_discarded", "course")
    rows = (
        received.alias(declined_from=columns.DECLINED_FROM)
        .annotate(is_answered=is_answered, is_discarded=columns.IS_DISCARDED, course=columns.COURSE)
        .values_list(*kinds)
        .annotate(number=Count("pk"))
    )
    return [Matters(*row) for row in rows]


def _by_time(counted, period: Period) -> tuple[Counter[date], Counter[tuple[int, int]]]:
    """Return the requests of the period by local day, and by day of the week (0 is Monday) and hour."""
    days: Counter[date] = Counter()
    hours: Counter[tuple[int, int]] = Counter()
    rows = counted.filter(is_now=True).values_list(columns.RECEIVED_IN).annotate(number=Count("pk"))
    for slot, number in rows:
        local = datetime.fromtimestamp(slot * columns.SLOT, period.zone)
        days[local.date()] += number
        hours[local.weekday(), local.hour] += number
    return days, hours


def _answers(counted, now: datetime) -> list[Answers]:
    rows = (
        counted.annotate(person=columns.ANSWERED_BY, state=columns.answer_state(now), minutes=columns.MINUTES)
        .values_list("is_now", "urgency", "person", "state", "minutes")
        .annotate(number=Count("pk"))
    )
    return [Answers(*row) for row in rows]


def _visits(counted) -> list[Visits]:
    is_retained = Case(
        When(status=Status.RETAINED, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    rows = (
        counted.annotate(is_retained=is_retained)
        .values_list("is_now", "referring_host", "landing_page", "is_retained")
        .annotate(number=Count("pk"))
    )
    return [Visits(*row) for row in rows]


def _people(numbers: set[int | None]) -> dict[int, str]:
    found = get_user_model().objects.filter(pk__in=numbers - {None})
    return {one.pk: user_name(one) for one in found}
