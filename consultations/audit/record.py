"""Writes the trail of who did what. It holds ids, codes and statuses, never a word that somebody typed."""

from consultations.audit.entry_mac import SEAL
from consultations.models.events import AuditAction, AuditEntry
from consultations.models.requests import ConsultationRequest

#: A number that no request can have may still be asked for, and does not fit the column.
MAX_ID = 2**63 - 1


def record(
    action: AuditAction, *, by=None, request: ConsultationRequest | int | None = None, **facts: int | str | bool | None
) -> AuditEntry:
    """Add a line to the trail, in the transaction of what it records. ``by`` None means the site itself.

    ``facts`` are ids, codes, counts and statuses; texts of people have no place here.
    """
    entry = AuditEntry(
        action=action,
        actor_id=getattr(by, "pk", None),
        request_id=getattr(request, "pk", request),
        facts={name: value for name, value in facts.items() if value is not None},
    )
    entry.seal = SEAL.make(entry)
    entry.save(force_insert=True)
    return entry


def refused(by, pk: int, **facts: int | str | bool | None) -> AuditEntry:
    """Add that somebody was refused, with the number that was asked for, whether or not there is such a request."""
    return record(AuditAction.REFUSED, by=by, request=pk if pk <= MAX_ID else None, **facts)
