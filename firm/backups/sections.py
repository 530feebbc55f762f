"""What is inside a backup: sections, each a line of JSON and then its content in frames, so that none needs a size.

The sections are ``start`` (releases, migrations, tables), ``table`` (rows as lines of JSON, compressed), ``file``, and
``manifest``, the last one, which says what all the others must have been.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from firm.backups.problems import Damaged

FRAME = 256 * 1024
#: No frame is longer; a longer one is damage, or would fill the memory.
MOST_FRAME = 512 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class Section(NamedTuple):
    """The line of JSON that a section begins with, and its content."""

    head: dict
    frames: Iterator[bytes]


def write_section(stream, head: dict, frames: Iterable[bytes] = ()) -> None:
    """Write a section. An empty frame ends it, so those of ``frames`` that are empty are passed over."""
    _put(stream, json.dumps(head).encode())
    for frame in frames:
        if frame:
            _put(stream, frame)
    _put(stream, b"")


def read_sections(stream) -> Iterator[Section]:
    """Yield the sections. The content of one has to be read, or is passed over, before the next."""
    while (raw := _get(stream, is_first=True)) is not None:
        try:
            head = json.loads(raw)
        except ValueError:
            raise Damaged("The backup is damaged: a section has no head.") from None
        frames = iter(lambda: _get(stream), b"")
        yield Section(head, frames)
        for _ in frames:
            pass


def packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines as compressed frames."""
    batch, size = [], 0
    for line in lines:
        batch.append(line)
        size += len(line) + 1
        if size >= FRAME:
            yield zlib.compress(b"\n".join(batch), 3)
            batch, size = [], 0
    if batch:
        yield zlib.compress(b"\n".join(batch), 3)


def unpacked(frames: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines again."""
    for frame in frames:
        yield from zlib.decompress(frame).split(b"\n")


class Tally:
    """A digest of rows that does not ask for their order: the sum of their SHA-256."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, row: bytes) -> None:
        """Count a row."""
        self.rows += 1
        self._sum += int.from_bytes(hashlib.sha256(row).digest(), "big")

    @property
    def digest(self) -> str:
        """The digest of all rows so far."""
        return f"{self._sum % (1 << 256):064x}"


def _put(stream, frame: bytes) -> None:
    stream.write(_LENGTH.pack(len(frame)) + frame)


def _get(stream, *, is_first: bool = False) -> bytes | None:
    raw = stream.read(_LENGTH.size)
    if not raw and is_first:
        return None
    if len(raw) < _LENGTH.size:
        raise Damaged("The backup is damaged: it ends within a section.")
    (length,) = _LENGTH.unpack(raw)
    frame = stream.read(length) if length <= MOST_FRAME else b""
    if len(frame) < length:
        raise Damaged("The backup is damaged: it ends within a section.")
    return frame
