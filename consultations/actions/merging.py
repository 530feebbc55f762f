"""Merges requests about the same matter of the same person."""

from django.utils import timezone

from consultations.actions.requests import Refused, audited, change_status, locked, need, note
from consultations.audit import record
from consultations.conflicts.checks import join
from consultations.models import AuditAction, ConsultationRequest, EventKind
from consultations.permissions import may_merge
from consultations.workflow import Power, Status


@audited
def merge(pk: int, *, into: int, by, now=None) -> ConsultationRequest:
    """Close a request as part of the request ``into``, and return that one. Nothing of either is lost.

    A contact logged on one counts for the other, since it is the same person.
    """
    now = now or timezone.now()
    if pk == into:
        raise Refused(locked(pk, by), "itself", "A request cannot be merged into itself.")
    # Locked in the order of their numbers, so that two merges cannot wait for each other.
    found = {number: locked(number, by) for number in sorted((pk, into))}
    request, target = found[pk], found[into]
    need(target, by, Power.WORK)
    if not may_merge(by, request):
        raise Refused(request, "forbidden", f"A request that is {request.get_status_display().lower()} stays as it is.")
    if target.status in {Status.MERGED, Status.QUARANTINE}:
        raise Refused(request, "target", f"{target} is {target.get_status_display().lower()}: choose another one.")
    request.merged_into = target
    change_status(request, Status.MERGED, by=by, now=now)
    request.merged.update(merged_into=target)
    note(target, EventKind.MERGED, by=by, now=now, facts={"request": request.pk, "reference": request.reference})
    record.record(AuditAction.CHANGED, by=by, request=target, doing="take_in", other=request.pk)
    join(request, target, now=now)
    contacts = [at for at in (request.first_contact_at, target.first_contact_at) if at]
    if contacts and min(contacts) != target.first_contact_at:
        target.first_contact_at = min(contacts)
        target.save(update_fields=["first_contact_at"])
    return target
