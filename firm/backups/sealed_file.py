"""A stream of bytes, encrypted in chunks, in which no byte can be changed, moved, cut off or added unnoticed.

``FIRMBAK1``, the length of the header (4 bytes), the header (JSON), then chunks of 64 KiB, each AES-256-GCM. The key is
HKDF-SHA-256 of the file's own key over everything before the first chunk; it is used for this file alone, so the
nonce is the number of the chunk (11 bytes) and one byte that says whether it is the last (STREAM; Hoang, Reyhanitabar,
Rogaway and Vizár, 2015).
"""

import hashlib
import json
import re
import struct
from collections.abc import Callable
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from firm.backups.keys import new_file_key, wrap
from firm.backups.problems import Damaged

MAGIC = b"FIRMBAK1"
CHUNK, TAG = 64 * 1024, 16
MOST_HEADER = 64 * 1024
VERSION = 1
_NAMES, _HEX = ("key", "ephemeral", "sealed"), re.compile(r"[0-9a-f]*")


class SealedWriter:
    """Writes a stream. ``close`` ends it; without that, what was written counts as cut off."""

    def __init__(self, file: BinaryIO, recipients: list[bytes]) -> None:
        self.file, self.file_key, self._number, self._rest = file, new_file_key(), 0, bytearray()
        header = {"version": VERSION, "cipher": "AES-256-GCM", "kdf": "HKDF-SHA-256", "chunk": CHUNK}
        raw = json.dumps(header | {"keys": wrap(self.file_key, recipients)}).encode()
        start = MAGIC + struct.pack(">I", len(raw)) + raw
        self.file.write(start)
        self._cipher = _cipher(self.file_key, start)

    def write(self, data: bytes) -> None:
        """Add to the stream."""
        self._rest += data
        while len(self._rest) > CHUNK:
            self._put(bytes(self._rest[:CHUNK]), is_last=False)
            del self._rest[:CHUNK]

    def close(self) -> None:
        """Write what is left as the last chunk."""
        self._put(bytes(self._rest), is_last=True)

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        self.file.write(self._cipher.encrypt(_nonce(self._number, is_last), chunk, None))
        self._number += 1


class SealedReader:
    """Reads a stream, and raises `Damaged` at the first chunk that is not what was written.

    ``open_key`` gets the header's ``keys`` and returns the key of the file.
    """

    def __init__(self, file: BinaryIO, open_key: Callable[[list[dict]], bytes]) -> None:
        self.file = file
        start = _exactly(file, len(MAGIC) + 4)
        if start[: len(MAGIC)] != MAGIC:
            raise Damaged("This is not a backup, or its beginning is damaged.")
        (length,) = struct.unpack(">I", start[len(MAGIC) :])
        if length > MOST_HEADER:
            raise Damaged("The backup is damaged in its header.")
        raw = _exactly(file, length)
        self.id = hashlib.sha256(start + raw).hexdigest()[:16]
        self.file_key = open_key(_keys_of(raw))
        self._cipher = _cipher(self.file_key, start + raw)
        self._number, self._next, self._rest, self._is_over = 0, _up_to(file, CHUNK + TAG), b"", False

    def read(self, size: int) -> bytes:
        """Return exactly so many bytes, fewer at the end alone."""
        parts, missing = [], size
        while missing:
            if not self._rest and not self._advance():
                break
            part, self._rest = self._rest[:missing], self._rest[missing:]
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _advance(self) -> bool:
        if self._is_over:
            return False
        chunk, self._next = self._next, _up_to(self.file, CHUNK + TAG)
        self._is_over = not self._next
        try:
            self._rest = self._cipher.decrypt(_nonce(self._number, self._is_over), chunk, None)
        except (InvalidTag, ValueError):
            where = "cut off, or its end is damaged" if self._is_over else "damaged"
            raise Damaged(f"The backup is {where} (chunk {self._number + 1:,}).") from None
        self._number += 1
        return bool(self._rest) or self._advance()


def _keys_of(raw: bytes) -> list[dict]:
    """Return the sealed keys of a header. Nothing of it is trusted before the first chunk has opened."""
    try:
        header = json.loads(raw)
        version, keys = header["version"], header["keys"]
        if version == VERSION and all(_HEX.fullmatch(entry[name]) for entry in keys for name in _NAMES):
            return keys
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Damaged("The backup is damaged in its header.") from None
    raise Damaged(f"The backup is damaged in its header, or of a later format than {VERSION}.")


def _cipher(file_key: bytes, start: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=hashlib.sha256(start).digest(), info=b"firm backup chunks 1")
    return AESGCM(derived.derive(file_key))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _up_to(file: BinaryIO, size: int) -> bytes:
    """Read so many bytes from a file that may give them in pieces."""
    parts, missing = [], size
    while missing and (part := file.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = _up_to(file, size)
    if len(data) < size:
        raise Damaged("The backup is cut off in its header.")
    return data
