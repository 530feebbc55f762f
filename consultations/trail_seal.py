"""The seal that the site puts on each entry of the trail as it writes it. Who has no key can add none."""

import hmac
import json
import secrets
from datetime import UTC

from consultations.models.events import AuditEntry
from firm.sealed.keyring import Key, keyring

_PURPOSE = b"consultations.audit seal\0"


def content(entry: AuditEntry) -> bytes:
    """Return what an entry says, always in the same bytes."""
    told = [entry.at.astimezone(UTC).isoformat(), entry.actor_id, entry.action, entry.request_id, entry.facts]
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def seal_of(entry: AuditEntry) -> str:
    """Return a new seal: the key's id, a number that comes once, and the HMAC under the newest key."""
    key, once = keyring().newest, secrets.token_hex(8)
    return f"{key.id}.{once}.{_mac(key, once, entry)}"


def is_ours(entry: AuditEntry) -> bool:
    """True when the site itself has written the entry as it is, under a key that there still is."""
    key_id, _, rest = (entry.seal or "").partition(".")
    once, _, mac = rest.partition(".")
    key = keyring().find(key_id)
    return key is not None and hmac.compare_digest(mac.encode(), _mac(key, once, entry).encode())


def _mac(key: Key, once: str, entry: AuditEntry) -> str:
    return hmac.digest(key.index, _PURPOSE + once.encode() + b"\0" + content(entry), "sha256").hex()
