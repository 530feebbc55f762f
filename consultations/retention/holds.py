"""Legal holds: a request with a hold cannot be erased, nor can the requests merged with it."""

from django.utils import timezone

from consultations.actions.requests import Refused, action, cleaned, locked, need, note
from consultations.audit import record
from consultations.models import AuditAction, ConsultationRequest, EventKind, LegalHold
from consultations.workflow import Power


@action
def hold(pk: int, *, by, reason: str, now=None) -> ConsultationRequest:
    request, now = locked(pk, by), now or timezone.now()
    need(request, by, Power.MANAGE)
    reason = cleaned(request, reason, missing="Write down the reason.")
    if LegalHold.objects.filter(request=request).exists():
        raise Refused(request, "held", "It has a legal hold already.")
    LegalHold.objects.create(request=request, set_at=now, set_by=by, reason=reason)
    note(request, EventKind.HELD, by=by, now=now, text=reason)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="hold")
    return request


@action
def release_hold(pk: int, *, by, reason: str, now=None) -> ConsultationRequest:
    """Release the hold. The request's own date, which may be past, then applies again."""
    request = locked(pk, by)
    need(request, by, Power.MANAGE)
    reason = cleaned(request, reason, missing="Write down the reason.")
    if not LegalHold.objects.filter(request=request).delete()[0]:
        raise Refused(request, "not_held", "It has no legal hold.")
    note(request, EventKind.UNHELD, by=by, now=now, text=reason)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="release_hold")
    return request
