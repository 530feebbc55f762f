"""The seal that the site puts on each entry of a trail as it writes it. Who has no key can add none."""

import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Model

from firm.encryption.keyring import Key, keyring


@dataclass(frozen=True)
class Seal:
    """The seals of one trail. ``purpose`` keeps them from fitting another's; ``told`` lists what an entry says."""

    purpose: bytes
    told: Callable[[Model], list]

    def content(self, entry: Model) -> bytes:
        """Return what an entry says, always in the same bytes."""
        return json.dumps(self.told(entry), sort_keys=True, separators=(",", ":")).encode()

    def make(self, entry: Model) -> str:
        """Return a new seal: the key's id, a number that comes once, and the HMAC under the newest key."""
        key, once = keyring().newest, secrets.token_hex(8)
        return f"{key.id}.{once}.{self._mac(key, once, entry)}"

    def is_ours(self, entry: Model) -> bool:
        """True when the site itself has written the entry as it is, under a key that there still is."""
        key_id, _, rest = (entry.seal or "").partition(".")
        once, _, mac = rest.partition(".")
        key = keyring().find(key_id)
        return key is not None and hmac.compare_digest(mac.encode(), self._mac(key, once, entry).encode())

    def _mac(self, key: Key, once: str, entry: Model) -> str:
        return hmac.digest(key.index, self.purpose + once.encode() + b"\0" + self.content(entry), "sha256").hex()


def moment(at: datetime) -> str:
    """Return a time, always in the same characters."""
    return at.astimezone(UTC).isoformat()
