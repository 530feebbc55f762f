"""How a request stands, in the words at the head of its screen: pure functions of the request and the time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from consultations.conflict_states import GATED, PASSING, ConflictState
from consultations.due_dates import COURT_SOON, Urgency
from consultations.intake.spam import SIGNS
from consultations.models import ConsultationRequest
from consultations.workflow import CLOSED, OPEN, Status


@dataclass(frozen=True)
class Mark:
    """A few words with their tone: ``late``, ``near``, ``good`` or ``plain``."""

    words: str
    tone: str = "plain"


def span(length: timedelta) -> str:
    """Return a length of time in its greatest unit, rounded down: ``12 min``, ``3 h``, ``2 days``."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def clock_of(request: ConsultationRequest, now: datetime) -> Mark | None:
    """Return how the first answer stands; None when none is due any more and none was given."""
    if request.first_contact_at:
        taken = request.first_contact_at - request.submitted_at
        is_late = request.due_at is not None and request.first_contact_at > request.due_at
        words = f"Answered after {span(taken)}" if taken > timedelta(0) else "Answered"
        return Mark(f"{words}, later than planned", "late") if is_late else Mark(words, "good")
    if not request.awaits_first_contact or request.due_at is None:
        return None
    left = request.due_at - now
    if left <= timedelta(0):
        return Mark(f"{span(-left)} overdue", "late")
    return Mark(f"{span(left)} left to answer", "near" if left <= timedelta(hours=1) else "plain")


def urgency_words(request: ConsultationRequest) -> Mark:
    """Return the urgency in words."""
    tones = {Urgency.URGENT: "late", Urgency.SOON: "near"}
    words = "Normal urgency" if request.urgency == Urgency.NORMAL else request.get_urgency_display()
    return Mark(words, tones.get(request.urgency, "plain"))


def how_near(day: date, today: date) -> str:
    """Return how far a day is away: ``today``, ``in 3 days``, ``2 days ago``."""
    days = (day - today).days
    if days in {-1, 0, 1}:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def alerts_of(request: ConsultationRequest, now: datetime) -> list[Mark]:
    """Return what must not be overlooked: custody, a court date nearby, and the time of the consultation."""
    found, today = [], timezone.localdate(now)
    if request.in_custody:
        found.append(Mark("The person is in custody.", "late"))
    if request.court_date and timedelta(0) <= request.court_date - today <= COURT_SOON:
        day = date_format(request.court_date, "l, F j")
        found.append(Mark(f"In court {how_near(request.court_date, today)}: {day}.", "late"))
    if request.status == Status.SCHEDULED:
        day = date_format(timezone.localtime(request.scheduled_for), "l, F j, Y, g:i A")
        found.append(Mark(f"The consultation {'is' if request.scheduled_for > now else 'was'} on {day}.", "near"))
    if request.status in GATED and request.conflict_state not in PASSING:
        found.insert(0, Mark("The conflict check has changed since: look at it before anything else.", "late"))
    elif request.status in OPEN and request.conflict_state in {ConflictState.OPEN, ConflictState.FLAGGED}:
        found.append(Mark(f"Conflict check: {request.get_conflict_state_display().lower()}.", "late"))
    return found


def status_tone(request: ConsultationRequest) -> str:
    """Return the tone of the status: new stands out, closed steps back."""
    if request.status in {Status.NEW, Status.QUARANTINE, Status.CONFLICT}:
        return "near"
    return "plain" if request.status in CLOSED else "good"


def suspicion_words(codes: list[str]) -> list[str]:
    """Return the signs of abuse in words."""
    return [SIGNS[code][1] if code in SIGNS else str(code) for code in codes]
