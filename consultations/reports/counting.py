"""The requests that the reports count, read from the database. No encrypted field is read.

One query reads the requests of the period and of the one before.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

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


class Row(NamedTuple):
    """What the reports need of one request; see `consultations.reports.columns` for the computed values."""

    is_now: bool
    area: int | None
    status: str
    urgency: int
    in_custody: bool
    host: str
    page: str
    submitted_at: datetime
    first_contact_at: datetime | None
    declined_from: str | None
    course: int | None
    person: int | None
    state: str

    @property
    def is_discarded(self) -> bool:
        return self.declined_from == Status.QUARANTINE

    @property
    def minutes(self) -> int | None:
        """Whole minutes until the first contact; 0 if that was on an earlier request, merged into this one."""
        if self.first_contact_at is None:
            return None
        return max(0, int(self.first_contact_at.timestamp()) - int(self.submitted_at.timestamp())) // 60


#: What a request is counted by.
Group = Callable[[Row], Hashable]


@dataclass(frozen=True)
class Counts:
    """The requests from which all reports are made: those of the period, of the one before, and those left out."""

    period: Period
    now: list[Row]
    before: list[Row]
    left_out: list[Row]
    overdue: list[ConsultationRequest]
    overdue_number: int
    areas: dict[int, str]
    people: dict[int, str]

    def tally(self, of: Group, *, now: bool = True) -> Counter:
        return Counter(map(of, self.now if now else self.before))


def count(user, period: Period, now: datetime) -> Counts:
    """Read the requests that the account may see, so without those behind its ethical walls."""
    rows: dict[str, list[Row]] = {"now": [], "before": [], "left_out": []}
    for row in _rows(_received(user, period), now):
        if not row.is_discarded and row.status not in UNCOUNTED:
            rows["now" if row.is_now else "before"].append(row)
        elif row.is_now:
            rows["left_out"].append(row)
    late = visible_to(user).overdue(now)
    return Counts(
        period=period,
        **rows,
        overdue=list(
            late.select_related("assignee")
            .only("reference", "urgency", "due_at", "submitted_at", "row_uuid", "assignee")
            .order_by("due_at", "pk")[:MOST_OVERDUE]
        ),
        overdue_number=late.count(),
        areas=dict(PracticeAreaPage.objects.values_list("pk", "title")),
        people=_people({row.person for row in rows["now"]}),
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


def _rows(received, now: datetime) -> Iterator[Row]:
    computed = {
        "declined_from": columns.DECLINED_FROM,
        "course": columns.COURSE,
        "person": columns.ANSWERED_BY,
        "state": columns.answer_state(now),
    }
    stored = ("practice_area", "status", "urgency", "in_custody", "referring_host", "landing_page")
    names = ("is_now", *stored, "submitted_at", "first_contact_at", *computed)
    return map(Row._make, received.annotate(**computed).values_list(*names).iterator(chunk_size=2000))


def _people(numbers: set[int | None]) -> dict[int, str]:
    found = get_user_model().objects.filter(pk__in=numbers - {None})
    return {one.pk: user_name(one) for one in found}
