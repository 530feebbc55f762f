"""What the morning digest says: counts and references, never a name."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.timesince import timesince

from consultations.mail.render import Enclosure, Value, admin_url
from consultations.models.events import Screen
from consultations.models.messages import OutgoingMessage
from consultations.models.requests import ConsultationRequest

#: The most requests that are named; the others are counted.
LONGEST = 50


def walls_of(address: str) -> Exists:
    """Return the condition that whoever reads mail at this address is screened from a request."""
    return Exists(Screen.objects.filter(request=OuterRef("pk"), user__email__iexact=address))


def readable_at(address: str):
    """Return the requests of which a message to this address may speak."""
    return ConsultationRequest.objects.exclude(walls_of(address))


def undelivered_for(address: str) -> int:
    """Return how many messages were given up, as far as a message to this address may speak of them."""
    return OutgoingMessage.objects.dead().filter(Q(request=None) | Q(request__in=readable_at(address))).count()


def draw_up(address: str, now: datetime) -> tuple[int, Enclosure]:
    """Return how many requests wait for a first answer, and the counts and lines of a digest to this address."""
    requests = readable_at(address)
    waiting = requests.awaiting_first_contact()
    counts = [
        ("Waiting for a first answer", waiting.count()),
        ("Overdue", waiting.overdue(now).count()),
        ("In custody", waiting.in_custody().count()),
        ("In court within 7 days", waiting.in_court_soon(now).count()),
        ("In quarantine", requests.quarantined().count()),
        ("Messages that could not be delivered", undelivered_for(address)),
    ]
    shown = waiting.order_by("-urgency", "due_at", "pk").only(
        "seal_id", "reference", "urgency", "submitted_at", "due_at", "first_contact_at", "status"
    )[:LONGEST]
    lines = [Value(_line(request, now), admin_url("consultations:request", request.pk)) for request in shown]
    number = counts[0][1]
    return number, Enclosure(counts=counts, lines=lines, left_out=number - len(lines))


def is_worth_sending(enclosure: Enclosure) -> bool:
    """True when somebody waits for an answer, or a message needs a person."""
    return bool(enclosure.counts[0][1] or enclosure.counts[-1][1])


def _line(request: ConsultationRequest, now: datetime) -> str:
    overdue = ["overdue"] if request.is_overdue(now) else []
    age = timesince(request.submitted_at, now, depth=1).replace("\xa0", " ")
    return " · ".join([request.reference, request.get_urgency_display(), *overdue, f"{age} old"])
