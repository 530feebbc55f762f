"""The MAC of each audit entry of requests."""

from consultations.models.events import AuditEntry
from firm.audit_chain.entry_mac import Seal, moment


def _values(entry: AuditEntry) -> list:
    return [moment(entry.at), entry.actor_id, entry.action, entry.request_id, entry.facts]


#: The label is part of stored MACs.
ENTRY_MAC = Seal(b"consultations.audit seal\0", _values)
