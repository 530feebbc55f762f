"""The seal that the site puts on each entry of the trail of requests."""

from consultations.models.events import AuditEntry
from firm.audit_chain.entry_mac import Seal, moment


def _told(entry: AuditEntry) -> list:
    return [moment(entry.at), entry.actor_id, entry.action, entry.request_id, entry.facts]


SEAL = Seal(b"consultations.audit seal\0", _told)
