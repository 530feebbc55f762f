"""The hash chain over the audit trail of requests, and the MACs of its entries. No entry is ever deleted."""

from consultations.models.events import AuditEntry
from firm.audit_chain.entry_mac import EntryMac, timestamp
from firm.audit_chain.hash_chain import AuditChain


def _values(entry: AuditEntry) -> list:
    return [timestamp(entry.at), entry.actor_id, entry.action, entry.request_id, entry.facts]


#: The label is part of stored MACs.
CHAIN = AuditChain("requests", AuditEntry, EntryMac(b"consultations.audit seal\0", _values))
