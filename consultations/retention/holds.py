"""Legal holds: a request with a hold cannot be erased, nor can the requests merged with it."""

from consultations.actions.requests import Refused, action, cleaned, note
from consultations.audit import record
from consultations.models import AuditAction, ConsultationRequest, EventKind, LegalHold
from consultations.workflow import Power


@action(Power.MANAGE)
def hold(request, *, by, reason: str, now) -> ConsultationRequest:
    reason = cleaned(request, reason, missing="Write down the reason.")
    if LegalHold.objects.filter(request=request).exists():
        raise Refused(request, "held", "It has a legal hold already.")
    LegalHold.objects.create(request=request, set_at=now, set_by=by, reason=reason)
    note(request, EventKind.HELD, by=by, now=now, text=reason)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="hold")
    return request


@action(Power.MANAGE)
def release_hold(request, *, by, reason: str, now) -> ConsultationRequest:
    """Release the hold. The request's own date, which may be past, then applies again."""
    reason = cleaned(request, reason, missing="Write down the reason.")
    if not LegalHold.objects.filter(request=request).delete()[0]:
        raise Refused(request, "not_held", "It has no legal hold.")
    note(request, EventKind.UNHELD, by=by, now=now, text=reason)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="release_hold")
    return request
