"""The status of a request in the words at the head of its screen: pure functions of the request and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from consultations.conflict_states import GATED, PASSING, ConflictState
from consultations.display import date_and_time, day_words, span_words
from consultations.due_dates import COURT_SOON, Urgency
from consultations.models import ConsultationRequest
from consultations.workflow import CLOSED, OPEN, Status


@dataclass(frozen=True)
class Mark:
    """A few words with their tone: ``late``, ``near``, ``good`` or ``plain``."""

    words: str
    tone: str = "plain"


def clock_of(request: ConsultationRequest, now: datetime) -> Mark | None:
    """Return the time left for the first answer, or how soon it was given; None if there is and will be none."""
    if request.first_contact_at:
        taken = request.first_contact_at - request.submitted_at
        is_late = request.due_at is not None and request.first_contact_at > request.due_at
        words = f"Answered after {span_words(taken)}" if taken > timedelta(0) else "Answered"
        return Mark(f"{words}, later than planned", "late") if is_late else Mark(words, "good")
    if not request.awaits_first_contact or request.due_at is None:
        return None
    left = request.due_at - now
    if left <= timedelta(0):
        return Mark(f"{span_words(-left)} overdue", "late")
    return Mark(f"{span_words(left)} left to answer", "near" if left <= timedelta(hours=1) else "plain")


def urgency_words(request: ConsultationRequest) -> Mark:
    tones = {Urgency.URGENT: "late", Urgency.SOON: "near"}
    words = "Normal urgency" if request.urgency == Urgency.NORMAL else request.get_urgency_display()
    return Mark(words, tones.get(request.urgency, "plain"))


def alerts_of(request: ConsultationRequest, now: datetime) -> list[Mark]:
    """Return what must not be overlooked: custody, a near court date, the consultation, the conflict check."""
    found, today = [], timezone.localdate(now)
    if request.in_custody:
        found.append(Mark("The person is in custody.", "late"))
    if request.court_date and timedelta(0) <= request.court_date - today <= COURT_SOON:
        day = date_format(request.court_date, "l, F j")
        found.append(Mark(f"In court {day_words(request.court_date, today)}: {day}.", "late"))
    if request.status == Status.SCHEDULED:
        verb = "is" if request.scheduled_for > now else "was"
        found.append(Mark(f"The consultation {verb} on {date_and_time(request.scheduled_for)}.", "near"))
    if request.status in GATED and request.conflict_state not in PASSING:
        found.insert(0, Mark("The conflict check has changed since: look at it before anything else.", "late"))
    elif request.status in OPEN and request.conflict_state in {ConflictState.OPEN, ConflictState.FLAGGED}:
        found.append(Mark(f"Conflict check: {request.get_conflict_state_display().lower()}.", "late"))
    return found


def status_tone(request: ConsultationRequest) -> str:
    if request.status in {Status.NEW, Status.QUARANTINE, Status.CONFLICT}:
        return "near"
    return "plain" if request.status in CLOSED else "good"
