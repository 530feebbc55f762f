"""The contents of the morning digest: counts and references, never a name."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.timesince import timesince

from consultations.mail.render import Listing, Value, admin_url
from consultations.models.events import Screen
from consultations.models.messages import OutgoingMessage
from consultations.models.requests import ConsultationRequest

#: The most requests that are named; the others are counted.
LONGEST = 50


def readable_at(address: str):
    """Return the requests that a message to this address may mention: none behind an ethical wall."""
    walls = Screen.objects.filter(request=OuterRef("pk"), user__email__iexact=address)
    return ConsultationRequest.objects.exclude(Exists(walls))


def undelivered_for(address: str) -> int:
    """Return how many undeliverable messages there are that a message to this address may mention."""
    return OutgoingMessage.objects.dead().filter(Q(request=None) | Q(request__in=readable_at(address))).count()


def listing_for(address: str, now: datetime) -> tuple[int, Listing]:
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
        "row_uuid", "reference", "urgency", "submitted_at", "due_at", "first_contact_at", "status"
    )[:LONGEST]
    lines = [Value(_line(request, now), admin_url("consultations:request", request.pk)) for request in shown]
    number = counts[0][1]
    return number, Listing(counts=counts, lines=lines, left_out=number - len(lines))


def is_worth_sending(listing: Listing) -> bool:
    """Return whether somebody waits for an answer, or a message could not be delivered."""
    return bool(listing.counts[0][1] or listing.counts[-1][1])


def _line(request: ConsultationRequest, now: datetime) -> str:
    overdue = ["overdue"] if request.is_overdue(now) else []
    age = timesince(request.submitted_at, now, depth=1).replace("\xa0", " ")
    return " · ".join([request.reference, request.get_urgency_display(), *overdue, f"{age} old"])
