"""The pair of keys of backups: the public one makes them and lies on the server, the secret one opens them elsewhere.

Each backup has a random key of its own, sealed for every recipient: X25519 with a key pair made for this one use
(RFC 7748), HKDF-SHA-256 over the shared secret and both public keys (RFC 5869), AES-256-GCM. As written for people, a
key is base32 in groups with four bytes of its SHA-256 at the end, so that a slip in copying it from paper is noticed.
"""

import base64
import hashlib
import os
import re
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from firm.backups.problems import BackupError, Damaged

PUBLIC, SECRET = "backup-public", "BACKUP-SECRET"
KEY_BYTES, CHECK_BYTES, GROUP = 32, 4, 6


def make_pair() -> tuple[str, str]:
    """Return a new public key and its secret one, as text."""
    secret = X25519PrivateKey.generate()
    return write_key(PUBLIC, secret.public_key().public_bytes_raw()), write_key(SECRET, secret.private_bytes_raw())


def write_key(kind: str, raw: bytes) -> str:
    """Return a key as people keep it."""
    text = base64.b32encode(raw + _check(kind, raw)).decode().rstrip("=")
    return "-".join([kind, *(text[at : at + GROUP] for at in range(0, len(text), GROUP))])


def read_key(kind: str, text: str) -> bytes:
    """Return the bytes of a key of this kind; raise `BackupError`, which does not repeat the text."""
    letters = re.sub(r"[\s-]", "", text).upper()
    name = kind.replace("-", "").upper()
    try:
        raw = base64.b32decode(letters.removeprefix(name) + "=" * (-len(letters.removeprefix(name)) % 8))
    except ValueError:
        raw = b""
    key, check = raw[:KEY_BYTES], raw[KEY_BYTES:]
    if not letters.startswith(name) or len(key) != KEY_BYTES or check != _check(kind, key):
        raise BackupError(f"That is no whole key of the kind {kind}-…: compare it with the original, group by group.")
    return key


def key_id(public: bytes) -> str:
    """Return the name of a pair of keys, which may stand anywhere."""
    return hashlib.sha256(b"firm backup key id" + public).hexdigest()[:12]


def public_of(secret: bytes) -> bytes:
    """Return the public half."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def wrap(file_key: bytes, recipients: Iterable[bytes]) -> list[dict]:
    """Return the key of one file, sealed for each of the public keys."""
    return [_wrap(file_key, recipient) for recipient in recipients]


def unwrap(wrapped: list[dict], secret: bytes) -> bytes:
    """Return the key of a file; raise `BackupError` when it was not made for this secret key."""
    public = public_of(secret)
    entry = next((entry for entry in wrapped if entry["key"] == key_id(public)), None)
    if entry is None:
        made_for = " or ".join(entry["key"] for entry in wrapped)
        raise BackupError(f"The backup was made for the key {made_for}; the given secret key is {key_id(public)}.")
    try:
        ephemeral = bytes.fromhex(entry["ephemeral"])
        shared = X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(ephemeral))
        return _cipher(shared, ephemeral, public).decrypt(bytes(12), bytes.fromhex(entry["sealed"]), None)
    except (InvalidTag, ValueError):
        raise Damaged("The backup is damaged: its own key does not open.") from None


def _wrap(file_key: bytes, recipient: bytes) -> dict:
    once = X25519PrivateKey.generate()
    ephemeral = once.public_key().public_bytes_raw()
    cipher = _cipher(once.exchange(X25519PublicKey.from_public_bytes(recipient)), ephemeral, recipient)
    # The key of this cipher is used for this one message, so the nonce may be any.
    sealed = cipher.encrypt(bytes(12), file_key, None)
    return {"key": key_id(recipient), "ephemeral": ephemeral.hex(), "sealed": sealed.hex()}


def _cipher(shared: bytes, ephemeral: bytes, recipient: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=ephemeral + recipient, info=b"firm backup wrap 1")
    return AESGCM(derived.derive(shared))


def _check(kind: str, raw: bytes) -> bytes:
    return hashlib.sha256(kind.encode() + raw).digest()[:CHECK_BYTES]


def new_file_key() -> bytes:
    """Return the random key of one file."""
    return os.urandom(KEY_BYTES)
