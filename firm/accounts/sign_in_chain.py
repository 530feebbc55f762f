"""The seal and the chain over the trail of signing in, whose oldest lines are forgotten in their time."""

from firm.audit_chain.entry_mac import Seal, moment
from firm.audit_chain.hash_chain import Chain
from firm.models import SignInChainKey, SignInEvent, SignInLine


def _told(event: SignInEvent) -> list:
    return [moment(event.at), event.kind, event.account_id, event.by_id, event.method, event.network]


SEAL = Seal(b"firm.door seal\0", _told)
CHAIN = Chain(entries=SignInEvent, lines=SignInLine, keys=SignInChainKey, seal=SEAL)
