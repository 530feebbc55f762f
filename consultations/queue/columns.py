"""What a line of the queue says, in words: pure functions of a request and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime

from consultations.conflict_states import TO_DO
from consultations.display import NOBODY, day_words, detail_url, span_words, user_name
from consultations.due_dates import Urgency
from consultations.models import ConsultationRequest, Relationship
from consultations.workflow import OPEN

#: With less time left than this, the line says so with more weight.
PRESSING = timedelta(minutes=60)
_FOR_WHOM = {Relationship.FAMILY: "for a family member", Relationship.OTHER: "for someone else"}
_URGENCY = {
    Urgency.URGENT: ("Urgent", "warning", "urgent"),
    Urgency.SOON: ("Soon", "time", "soon"),
    Urgency.NORMAL: ("Normal", "", "normal"),
}


@dataclass(frozen=True)
class Heading:
    """The head of a column. ``sort`` is what its link asks for first, empty when the column cannot be sorted."""

    code: str
    label: str
    sort: str = ""

    @property
    def key(self) -> str:
        """The sort key without its direction."""
        return self.sort.lstrip("-")

    def next_sort(self, ordering: str) -> str:
        """Return what the link asks for: the other direction when the list is sorted by this column; empty for none."""
        if not self.key or ordering.lstrip("-") != self.key:
            return self.sort
        return self.key if ordering.startswith("-") else f"-{self.key}"

    def direction(self, ordering: str) -> str:
        """Return the value of ``aria-sort``; empty when the list is not sorted by this column."""
        if not self.key or ordering.lstrip("-") != self.key:
            return ""
        return "descending" if ordering.startswith("-") else "ascending"


HEADINGS = (
    Heading("reference", "Reference"),
    Heading("name", "Name"),
    Heading("matter", "Matter"),
    Heading("urgency", "Urgency", "-urgency"),
    Heading("court", "Next court date", "court_date"),
    Heading("answer", "First answer", "due_at"),
    Heading("assignee", "Assigned to"),
    Heading("status", "Status", "status"),
    Heading("received", "Received", "-submitted_at"),
)
ORDERINGS = [f"{sign}{heading.key}" for heading in HEADINGS if heading.sort for sign in ("", "-")]


@dataclass(frozen=True)
class Answer:
    """How a request stands against its target; ``state`` is one of overdue, pressing, waiting, answered, age."""

    words: str
    state: str


@dataclass(frozen=True)
class Line:
    """One line of the queue, ready to be shown."""

    key: str
    reference: str
    url: str
    name: str
    matter: str
    for_whom: str
    urgency: str
    urgency_icon: str
    urgency_state: str
    in_custody: bool
    court: str
    court_when: str
    answer: Answer
    assignee: str
    status_code: str
    status: str
    conflict: str
    received: str


def line_of(request: ConsultationRequest, now: datetime) -> Line:
    """Return the line of a request that was fetched by ``for_queue``."""
    urgency, icon, state = _URGENCY[request.urgency]
    return Line(
        key=str(request.pk),
        reference=request.reference,
        url=detail_url(request),
        name=request.full_name,
        matter=request.area_title or "Not said",
        for_whom=_FOR_WHOM.get(request.relationship, ""),
        urgency=urgency,
        urgency_icon=icon,
        urgency_state=state,
        in_custody=request.in_custody,
        court=date_format(request.court_date, "M j, Y") if request.court_date else "",
        court_when=day_words(request.court_date, localdate(now)) if request.court_date else "",
        answer=answer_of(request, now),
        assignee=user_name(request.assignee) or NOBODY,
        status_code=request.status,
        status=request.get_status_display(),
        conflict=conflict_words(request),
        received=moment_words(request.submitted_at, now),
    )


def conflict_words(request: ConsultationRequest) -> str:
    """Return how the conflict check of an open request stands, if it waits for somebody."""
    is_waiting = request.status in OPEN and request.conflict_state in TO_DO
    return f"conflict check: {request.get_conflict_state_display().lower()}" if is_waiting else ""


def answer_of(request: ConsultationRequest, now: datetime) -> Answer:
    """Return how much time is left, by how much it is overdue, how soon it was answered, or else how old it is."""
    if request.is_overdue(now):
        return Answer(f"{span_words(now - request.due_at)} overdue", "overdue")
    if request.awaits_first_contact and request.due_at:
        left = request.due_at - now
        return Answer(f"{span_words(left)} left", "pressing" if left < PRESSING else "waiting")
    if request.first_contact_at and request.status in OPEN:
        return Answer(f"answered in {span_words(request.first_contact_at - request.submitted_at)}", "answered")
    return Answer(f"{span_words(now - request.submitted_at)} old", "age")


def moment_words(moment: datetime, now: datetime) -> str:
    """Return a moment with as much of its date as is needed to tell it."""
    local, today = localtime(moment), localtime(now).date()
    if local.date() == today:
        return f"Today, {date_format(local, 'g:i A')}"
    return date_format(local, "M j, g:i A" if local.year == today.year else "M j, Y")
