"""Health checks of the intake desk: waiting mail and waiting requests. Counts and ages only, no personal data."""

from django.db.models import Min

from consultations.audit.nightly_check import fingerprints
from consultations.models import ConsultationRequest, MessageState, OutgoingMessage
from firm.monitoring.health_probes import age


def fingerprint_to_write_down() -> str:
    """Return what owners may write down, to find out whether an older state of the database was put back."""
    found = "; ".join(f"{name}, {fingerprint}" for name, fingerprint in fingerprints().items())
    return f"Fingerprints to write down: {found}." if found else ""


def unsent() -> float:
    """Return how many messages wait."""
    return float(OutgoingMessage.objects.filter(state=MessageState.WAITING).count())


def oldest_unsent() -> float:
    """Return for how long the oldest message waits; 0 when none does."""
    waiting = OutgoingMessage.objects.filter(state=MessageState.WAITING)
    return age(waiting.aggregate(oldest=Min("created_at"))["oldest"]) or 0.0


def undelivered() -> float:
    """Return how many messages were given up, and wait for a person."""
    return float(OutgoingMessage.objects.filter(state=MessageState.DEAD).count())


def overdue() -> float:
    """Return how many requests should have been answered by now."""
    return float(ConsultationRequest.objects.overdue().count())


def unassigned() -> float:
    """Return how many open requests are nobody's."""
    return float(ConsultationRequest.objects.open().unassigned().count())
