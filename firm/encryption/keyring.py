"""The installation's keys, newest first. An encryption key and an index key are derived from each.

The derivation (HKDF, RFC 5869) separates the two uses: with an index key one can test guesses, but decrypt nothing.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

SETTING = "FIELD_ENCRYPTION_KEYS"
KEY_BYTES = 32
ID_BYTES = 4


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A key with its public id and the keys derived from it."""

    id: str
    cipher: AESGCM
    index: bytes

    def __repr__(self) -> str:
        return f"<Key {self.id}>"

    @classmethod
    def from_secret(cls, secret: bytes) -> "Key":
        """Derive the keys. The id is a hash, so it may stand beside the ciphertext."""
        if len(secret) != KEY_BYTES:
            raise ValueError(f"A key has {KEY_BYTES} bytes.")
        return cls(
            id=hashlib.sha256(b"firm.sealed key id" + secret).digest()[:ID_BYTES].hex(),
            cipher=AESGCM(_derive(secret, b"firm.sealed encryption")),
            index=_derive(secret, b"firm.sealed blind index"),
        )


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys that can decrypt. New values are encrypted with the newest."""

    keys: tuple[Key, ...]

    @property
    def newest(self) -> Key:
        return self.keys[0]

    def find(self, key_id: str) -> Key | None:
        return next((key for key in self.keys if key.id == key_id), None)


def _derive(secret: bytes, info: bytes) -> bytes:
    """An independent key for each ``info`` (RFC 5869; the secret is random, so no salt is needed, section 3.1)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def read_keys(texts: Iterable[str]) -> Keyring:
    """Return the keyring of these url-safe base64 keys; raise `ImproperlyConfigured`, which shows none of them."""
    keys = []
    for text in texts:
        try:
            keys.append(Key.from_secret(base64.b64decode(text, altchars=b"-_", validate=True)))
        except (TypeError, ValueError, binascii.Error):
            raise ImproperlyConfigured(f"{SETTING} must list keys of {KEY_BYTES} bytes in url-safe base64.") from None
    if not keys:
        raise ImproperlyConfigured(f"{SETTING} must hold at least one key.")
    if len({key.id for key in keys}) < len(keys):
        raise ImproperlyConfigured(f"{SETTING} must not hold a key twice.")
    return Keyring(tuple(keys))


@cache
def keyring() -> Keyring:
    return read_keys(getattr(settings, SETTING, ()))


def _forget(*, setting: str, **kwargs) -> None:
    if setting == SETTING:
        keyring.cache_clear()


setting_changed.connect(_forget, dispatch_uid="firm.encryption.keyring")
