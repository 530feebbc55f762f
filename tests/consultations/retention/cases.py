"""Requests in every state of retention, for tests. A test sets only what it is about."""

from datetime import timedelta

from django.utils import timezone

from consultations.models import ConsultationRequest, LegalHold
from consultations.workflow import Status
from tests.consultations.factories import ConsultationRequestFactory

DAY = timedelta(days=1)
LONG_AGO = 2000


def ended(days: float = LONG_AGO, status: str = Status.DECLINED, **values) -> ConsultationRequest:
    """Return a request that ended that many days ago."""
    at = timezone.now() - days * DAY
    return ConsultationRequestFactory(
        **{"status": status, "closed_at": None if status == Status.QUARANTINE else at, "submitted_at": at} | values
    )


def merged(into: ConsultationRequest, days: float = LONG_AGO, **values) -> ConsultationRequest:
    """Return a request that was merged into another one that many days ago."""
    return ended(days, Status.MERGED, merged_into=into, **values)


def held(request: ConsultationRequest, by=None) -> ConsultationRequest:
    LegalHold.objects.create(request=request, set_by=by, reason="A subpoena.")
    return request


def exists(request: ConsultationRequest) -> bool:
    return ConsultationRequest.objects.filter(pk=request.pk).exists()
