"""Sets the urgency of requests and when their first answer is due."""

from datetime import datetime, timedelta

from django.utils import timezone

from consultations.due_dates import Urgency, due_at, urgency_of
from consultations.models.requests import ConsultationRequest
from consultations.models.settings import IntakeSettings


def set_target(request: ConsultationRequest, desk: IntakeSettings | None = None) -> None:
    """Set urgency and due date of an unsaved request, counted from when it was sent."""
    desk = desk or IntakeSettings.current()
    start = request.submitted_at
    request.urgency = _urgency(request, desk, start)
    request.due_at = due_at(start, desk.target(request.urgency), desk.calendar(request.urgency))


def set_urgency(request: ConsultationRequest, *, now: datetime, desk: IntakeSettings | None = None) -> bool:
    """Update the urgency; return whether it changed. The due date may become sooner, never later."""
    desk = desk or IntakeSettings.current()
    urgency = _urgency(request, desk, now)
    if urgency == request.urgency:
        return False
    if urgency > request.urgency:
        due = due_at(now, desk.target(urgency), desk.calendar(urgency))
        request.due_at = min(request.due_at, due) if request.due_at else due
    request.urgency = urgency
    return True


def answer_due(reference: str, now: datetime | None = None) -> datetime | None:
    """Return when the first answer to a request is due; None if that has passed, or for a sample."""
    due = ConsultationRequest.objects.filter(reference=reference).values_list("due_at", flat=True).first()
    return due if due and due > (now or timezone.now()) else None


def refresh(now: datetime | None = None) -> int:
    """Update the urgency of open requests with a near court date; return how many changed."""
    now, desk, changed = now or timezone.now(), IntakeSettings.current(), 0
    today = timezone.localdate(now)
    near = ConsultationRequest.objects.open().filter(
        court_date__range=(today - timedelta(days=2), today + timedelta(days=8))
    )
    for request in near.only("pk", "in_custody", "court_date", "urgency", "due_at", "row_uuid").iterator():
        before = request.urgency
        if set_urgency(request, now=now, desk=desk):
            # Only if nobody has changed it in the meantime.
            changed += ConsultationRequest.objects.filter(pk=request.pk, urgency=before).update(
                urgency=request.urgency, due_at=request.due_at
            )
    return changed


def _urgency(request: ConsultationRequest, desk: IntakeSettings, now: datetime) -> Urgency:
    return urgency_of(in_custody=request.in_custody, court_date=request.court_date, now=now, zone=desk.zone)
