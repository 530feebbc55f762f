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
#: The label, icon and CSS class of each urgency.
_URGENCY = {
    Urgency.URGENT: ("Urgent", "warning", "urgent"),
    Urgency.SOON: ("Soon", "time", "soon"),
    Urgency.NORMAL: ("Normal", "", "normal"),
}


#: The columns: code, label, and the sorting that a click asks for first; empty when the column cannot be sorted.
HEADINGS = (
    ("reference", "Reference", ""),
    ("name", "Name", ""),
    ("matter", "Matter", ""),
    ("urgency", "Urgency", "-urgency"),
    ("court", "Next court date", "court_date"),
    ("answer", "First answer", "due_at"),
    ("assignee", "Assigned to", ""),
    ("status", "Status", "status"),
    ("received", "Received", "-submitted_at"),
)
ORDERINGS = [f"{sign}{sort.lstrip('-')}" for _, _, sort in HEADINGS if sort for sign in ("", "-")]


def headings(ordering: str) -> list[tuple[str, str, str, str]]:
    """Return code and label of each column, what its link sorts by, and its ``aria-sort`` in a list sorted this way."""
    found = []
    for code, label, sort in HEADINGS:
        if not sort or ordering.lstrip("-") != sort.lstrip("-"):
            found.append((code, label, sort, ""))
        elif ordering.startswith("-"):
            found.append((code, label, ordering.lstrip("-"), "descending"))
        else:
            found.append((code, label, f"-{ordering}", "ascending"))
    return found


@dataclass(frozen=True)
class Answer:
    """How a request stands against its target; ``state`` is one of overdue, pressing, waiting, answered, age."""

    words: str
    state: str


def line_of(request: ConsultationRequest, now: datetime) -> dict:
    """Return a request that was fetched by ``for_queue``, with what its line says besides its fields."""
    return {
        "request": request,
        "url": detail_url(request),
        "for_whom": _FOR_WHOM.get(request.relationship, ""),
        "urgency": _URGENCY[request.urgency],
        "court_when": day_words(request.court_date, localdate(now)) if request.court_date else "",
        "answer": answer_of(request, now),
        "assignee": user_name(request.assignee) or NOBODY,
        "conflict": conflict_words(request),
        "received": moment_words(request.submitted_at, now),
    }


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
