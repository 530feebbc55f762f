"""The hash chain over the audit trail of requests. No entry is ever deleted."""

from consultations.audit.entry_mac import ENTRY_MAC
from consultations.models import AuditEntry, TrailKey, TrailLine
from firm.audit_chain.hash_chain import Chain

CHAIN = Chain(entries=AuditEntry, lines=TrailLine, keys=TrailKey, seal=ENTRY_MAC)
