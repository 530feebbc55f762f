"""The chain over the trail of requests. Nothing of it is ever forgotten."""

from consultations.audit.entry_mac import SEAL
from consultations.models import AuditEntry, TrailKey, TrailLine
from firm.audit_chain.hash_chain import Chain

CHAIN = Chain(entries=AuditEntry, lines=TrailLine, keys=TrailKey, seal=SEAL)
