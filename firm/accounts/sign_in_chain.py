"""The hash chain over the sign-in log, and the MACs of its entries."""

from firm.audit_chain.entry_mac import EntryMac, timestamp
from firm.audit_chain.hash_chain import AuditChain
from firm.models import SignInEvent


def _values(event: SignInEvent) -> list:
    return [timestamp(event.at), event.kind, event.account_id, event.by_id, event.method, event.network]


#: The label is part of stored MACs.
CHAIN = AuditChain("signing in", SignInEvent, EntryMac(b"firm.door seal\0", _values))
