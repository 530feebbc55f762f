"""The chain over the trail of requests. Nothing of it is ever forgotten."""

from consultations.models import AuditEntry, TrailKey, TrailLine
from consultations.trail_seal import SEAL
from firm.chains.chain import Chain

CHAIN = Chain(entries=AuditEntry, lines=TrailLine, keys=TrailKey, seal=SEAL)
