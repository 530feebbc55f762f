"""Encrypts a text for one row and field; it cannot be decrypted for any other.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces. Section 8.3 allows 2^32 texts per key with such nonces: a
thousand a second for seven weeks. The associated data binds the ciphertext to format, key, field and the row's random
id.
"""

import base64
import binascii
import os
import re
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.views.decorators.debug import sensitive_variables

from firm.encryption.keyring import Key, keyring

VERSION = "s1"
NONCE_BYTES = 12
#: Texts are padded to the smallest of these sizes that fits, longer ones to a multiple of the last.
BUCKETS = (64, 128, 256, 512, 1024)
#: Ends the text within its padding (ISO/IEC 7816-4: this byte, then zeros).
END = b"\x80"
_TOKEN = re.compile(rf"{VERSION}\.([0-9a-f]{{8}})\.([A-Za-z0-9_-]+)")


class Unreadable(Exception):
    """Ciphertext that cannot be decrypted. Says where and why, never what."""

    def __init__(self, place: "Place", reason: str):
        super().__init__(place, reason)
        self.place, self.reason = place, reason

    def __str__(self) -> str:
        return f"{self.place} cannot be opened: {self.reason}."


class Token(str):
    """Ciphertext as it is stored, ``s1.<key id>.<base64url>``; the empty text is stored as it is."""

    __slots__ = ()


class Place(NamedTuple):
    """What ciphertext is bound to: a field, named with its model, and one row."""

    field: str
    row_uuid: UUID

    def __str__(self) -> str:
        return f"{self.field} of row {self.row_uuid}"

    def bound_to(self, key: Key) -> bytes:
        """The associated data. No part can contain a line break, so no two places share it."""
        return f"{VERSION}\n{key.id}\n{self.field}\n{self.row_uuid.hex}".encode()


@sensitive_variables()
def encrypt(text: str, place: Place) -> Token:
    """Return ``text`` encrypted for ``place`` with the newest key."""
    key = keyring().newest
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = key.cipher.encrypt(nonce, _pad(text.encode("utf-8", "surrogatepass")), place.bound_to(key))
    return Token(f"{VERSION}.{key.id}.{_encode(nonce + ciphertext)}")


@sensitive_variables()
def decrypt(token: str, place: Place) -> str:
    """Return the plaintext; raise `Unreadable` unless ``token`` was encrypted for ``place``."""
    key_id, raw = _split(token, place)
    key = keyring().find(key_id)
    if key is None:
        raise Unreadable(place, f"no key has the id {key_id}")
    try:
        padded = key.cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.bound_to(key))
    except (InvalidTag, ValueError):
        raise Unreadable(place, "it was changed, or encrypted for another row or field") from None
    return padded[: padded.rindex(END)].decode("utf-8", "surrogatepass")


def is_current(token: str) -> bool:
    """Whether ``token`` was encrypted with the newest key."""
    return token.startswith(prefix(keyring().newest.id))


def is_token(text: str) -> bool:
    """Whether ``text`` has the format of a token; it need not be decryptable."""
    return _TOKEN.fullmatch(text) is not None


def prefix(key_id: str) -> str:
    """How every token of this key begins."""
    return f"{VERSION}.{key_id}."


def _split(token: str, place: Place) -> tuple[str, bytes]:
    """Return key id and bytes. A token has one spelling: leftover bits and foreign characters are refused."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise Unreadable(place, "it is not an encrypted text")
    key_id, body = match.groups()
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise Unreadable(place, "it is cut short") from None
    if _encode(raw) != body:
        raise Unreadable(place, "it was changed")
    return key_id, raw


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _pad(raw: bytes) -> bytes:
    """Pad to the bucket, so that the stored length reveals the bucket only."""
    needed = len(raw) + len(END)
    last = BUCKETS[-1]
    size = next((bucket for bucket in BUCKETS if needed <= bucket), -(-needed // last) * last)
    return (raw + END).ljust(size, b"\0")
