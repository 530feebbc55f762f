"""The MAC that is written with each entry of a trail: without a field key, nobody can add an entry or change one."""

import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Model

from firm.encryption.keyring import Key, keyring


@dataclass(frozen=True)
class EntryMac:
    """The MACs of one trail. ``label`` keeps them from fitting another trail's; ``values`` lists what an entry says."""

    label: bytes
    values: Callable[[Model], list]

    def content(self, entry: Model) -> bytes:
        """Return what an entry says, always in the same bytes."""
        return json.dumps(self.values(entry), sort_keys=True, separators=(",", ":")).encode()

    def make(self, entry: Model) -> str:
        """Return a new MAC: the newest key's id, a random number and the HMAC, which makes copies of entries equal."""
        key, nonce = keyring().newest, secrets.token_hex(8)
        return f"{key.id}.{nonce}.{self._hmac(key, nonce, entry)}"

    def check(self, entry: Model) -> bool | None:
        """Return whether the MAC is the entry's; None when its key is no longer there."""
        key_id, _, rest = entry.mac.partition(".")
        nonce, _, mac = rest.partition(".")
        key = keyring().find(key_id)
        return key and hmac.compare_digest(mac.encode(), self._hmac(key, nonce, entry).encode())

    def _hmac(self, key: Key, nonce: str, entry: Model) -> str:
        return hmac.digest(key.index, self.label + nonce.encode() + b"\0" + self.content(entry), "sha256").hex()


def timestamp(at: datetime) -> str:
    """Return a time, always in the same characters."""
    return at.astimezone(UTC).isoformat()
