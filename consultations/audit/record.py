"""Writes the audit trail. It has ids, codes and statuses, never typed text."""

from consultations.audit.chain import CHAIN
from consultations.models.events import AuditAction, AuditEntry
from consultations.models.requests import ConsultationRequest

#: The largest id that fits the column; a URL may have a larger one.
MAX_ID = 2**63 - 1


def record(
    action: AuditAction, *, by=None, request: ConsultationRequest | int | None = None, **facts: int | str | bool | None
) -> AuditEntry:
    """Add an audit entry, in the transaction of what it records. ``by`` None means the site itself.

    ``facts`` are ids, codes, counts and statuses.
    """
    entry = AuditEntry(
        action=action,
        actor_id=getattr(by, "pk", None),
        request_id=getattr(request, "pk", request),
        facts={name: value for name, value in facts.items() if value is not None},
    )
    entry.mac = CHAIN.mac.make(entry)
    entry.save(force_insert=True)
    return entry


def refused(by, pk: int, **facts: int | str | bool | None) -> AuditEntry:
    """Audit a refusal, with the id that was asked for, whether or not such a request exists."""
    return record(AuditAction.REFUSED, by=by, request=pk if pk <= MAX_ID else None, **facts)
