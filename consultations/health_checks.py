"""Health checks of the intake desk: waiting mail and waiting requests. Counts and ages only, no personal data."""

from django.db.models import Min

from consultations.audit.nightly_check import fingerprints, last_result
from consultations.models import ConsultationRequest, MessageState, OutgoingMessage
from firm.monitoring.health import HealthCheck
from firm.monitoring.health_probes import age

#: Seconds after which a message should have left. The first pauses between attempts are minutes.
STUCK_AFTER = 30 * 60


def fingerprint_to_write_down() -> str:
    """Return what owners may write down, to find out whether an older state of the database was put back."""
    found = "; ".join(f"{name}, {fingerprint}" for name, fingerprint in fingerprints().items())
    return f"Fingerprints to write down: {found}." if found else ""


def oldest_unsent() -> float:
    """Return for how long the oldest message waits; 0 when none does."""
    waiting = OutgoingMessage.objects.filter(state=MessageState.WAITING)
    return age(waiting.aggregate(oldest=Min("created_at"))["oldest"]) or 0.0


CHECKS = [
    HealthCheck(
        name="trail",
        label="The record of who did what is untouched",
        unit="yes or no",
        part="Record of who did what",
        metric="trail_holds",
        read=last_result,
        limit=1,
        is_floor=True,
        degrades=True,
        explanation="Of requests, and of signing in. Verified every night, entry by entry.",
        note=fingerprint_to_write_down,
        remedy="Somebody has changed the database past the site. Change nothing, back up, run manage.py verify_trail.",
    ),
    HealthCheck(
        name="unsent_mail",
        label="Messages that wait to be sent",
        unit="count",
        part="Mail",
        metric="unsent_mail",
        read=lambda: OutgoingMessage.objects.filter(state=MessageState.WAITING).count(),
        explanation="The worker sends them within seconds, as long as there is a mail server that takes them.",
    ),
    HealthCheck(
        name="mail",
        label="The oldest message waits for",
        unit="seconds",
        part="Mail",
        metric="unsent_mail_oldest",
        read=oldest_unsent,
        limit=STUCK_AFTER,
        degrades=True,
        explanation="Staff learn of new requests by mail. What fails is tried again until it is delivered.",
        remedy="See Undelivered mail for the reason. Meanwhile look into the queue: requests arrive all the same.",
    ),
    HealthCheck(
        name="undelivered_mail",
        label="Messages that were given up",
        unit="count",
        part="Mail",
        metric="undelivered_mail",
        read=lambda: OutgoingMessage.objects.dead().count(),
        limit=0,
        explanation="No server took them, or the address does not exist.",
        remedy="Undelivered mail lists them with the reason. A person whose address does not work has to be called.",
    ),
    HealthCheck(
        name="overdue_requests",
        label="Requests whose first answer is overdue",
        unit="count",
        part="Intake",
        metric="overdue_requests",
        read=lambda: ConsultationRequest.objects.overdue().count(),
        limit=0,
        explanation="Somebody waits for longer than the firm has promised itself.",
        remedy="The queue shows them first.",
    ),
    HealthCheck(
        name="unassigned_requests",
        label="Open requests that are nobody’s",
        unit="count",
        part="Intake",
        metric="unassigned_requests",
        read=lambda: ConsultationRequest.objects.open().unassigned().count(),
        explanation="The desk sees to them together.",
    ),
]
