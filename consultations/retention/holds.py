"""Legal holds: a request with a hold cannot be erased, nor can the requests merged with it."""

from django.utils import timezone

from consultations.actions.requests import NOTE_LENGTH, Refused, action, locked, need, note
from consultations.audit import record
from consultations.models import AuditAction, ConsultationRequest, EventKind, LegalHold
from consultations.text_cleaning import paragraphs
from consultations.workflow import Power


@action
def hold(pk: int, *, by, reason: str, now=None) -> ConsultationRequest:
    """Set a legal hold."""
    request, now = locked(pk, by), now or timezone.now()
    need(request, by, Power.MANAGE)
    reason = _cleaned(request, reason)
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
    reason = _cleaned(request, reason)
    if not LegalHold.objects.filter(request=request).delete()[0]:
        raise Refused(request, "not_held", "It has no legal hold.")
    note(request, EventKind.UNHELD, by=by, now=now, text=reason)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="release_hold")
    return request


def _cleaned(request: ConsultationRequest, reason: str) -> str:
    """Return the normalized reason. Raises `Refused` if it is missing or too long."""
    reason = paragraphs(reason)
    if not reason:
        raise Refused(request, "no_reason", "Write down the reason.")
    if len(reason) > NOTE_LENGTH:
        words = f"Please shorten it to {NOTE_LENGTH} characters; there are {len(reason)}."
        raise Refused(request, "too_long", words)
    return reason
