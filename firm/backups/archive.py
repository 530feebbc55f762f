"""What is in a backup: a compressed `tar` of the database, ``media/``, ``archive/``, ``SHA256SUMS``, ``manifest.json``.

``SHA256SUMS`` has a line for each file before it, as `sha256sum -c` reads them. The manifest is the last member.
"""

import hashlib
import json
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pyrage.x25519 import Identity

from firm.backups.age import CHUNK, decrypted
from firm.backups.problems import BackupError

FORMAT = 1
SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
MEDIA, ARCHIVE = "media/", "archive/"
#: A manifest is read into memory; no honest one is near this size, in bytes.
MOST_MANIFEST = 32 << 20


class Part(NamedTuple):
    """A file to be written: its name in the archive, its size in bytes, and the open file, which is closed then."""

    name: str
    size: int
    file: BinaryIO


def pack(parts: Iterable[Part], finish: Callable[[dict], dict]) -> Iterator[bytes]:
    """Yield the archive, compressed. ``finish`` gets ``{first folder or name: {"files", "bytes"}}``, and returns the
    manifest.
    """
    gzip = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for piece in _tar(parts, finish):
        if data := gzip.compress(piece):
            yield data
    yield gzip.flush()


def _tar(parts: Iterable[Part], finish: Callable[[dict], dict]) -> Iterator[bytes]:
    counts: dict[str, dict] = {}
    with tempfile.TemporaryFile() as sums:
        for part in parts:
            digest = hashlib.sha256()
            yield from _member(part, digest)
            sums.write(_line(digest, part.name))
            count = counts.setdefault(part.name.split("/")[0], {"files": 0, "bytes": 0})
            count["files"], count["bytes"] = count["files"] + 1, count["bytes"] + part.size
        size, digest = sums.tell(), hashlib.sha256()
        sums.seek(0)
        yield _header(SUMS, size)
        for data in iter(lambda: sums.read(CHUNK), b""):
            digest.update(data)
            yield data
        yield _padding(size)
    manifest = json.dumps(finish(counts) | {"format": FORMAT, "sha256sums": digest.hexdigest()}, indent=1).encode()
    yield _header(MANIFEST, len(manifest)) + manifest + _padding(len(manifest)) + bytes(2 * tarfile.BLOCKSIZE)


def _member(part: Part, digest) -> Iterator[bytes]:
    yield _header(part.name, part.size)
    left = part.size
    with part.file as file:
        while left and (data := file.read(min(left, CHUNK))):
            digest.update(data)
            left -= len(data)
            yield data
    if left:
        raise BackupError(f"{part.name} became shorter while it was read.")
    yield _padding(part.size)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _line(digest, name: str) -> bytes:
    return f"{digest.hexdigest()}  {name}\n".encode()


def read(file: BinaryIO, keys: list[Identity], folder: Path | None = None, only: tuple[str, ...] = ("",)) -> dict:
    """Read a backup from its beginning to its end; return the manifest. Raises `BackupError` unless all is as written.

    Files whose names begin with one of ``only`` are put into ``folder`` on the way.
    """
    sums, manifest = hashlib.sha256(), {}
    try:
        with decrypted(file, keys) as plain, tarfile.open(fileobj=plain, mode="r|gz") as tar:
            for member in tar:
                tar.members = []  # it would remember all of them
                if manifest or not member.isreg():
                    raise BackupError("The backup holds what no backup of this site has.")
                content = tar.extractfile(member)
                if member.name == MANIFEST:
                    manifest = json.loads(content.read(MOST_MANIFEST))
                elif member.name == SUMS:
                    if _hashed(content).digest() != sums.digest():
                        raise BackupError("The backup is damaged: a file in it is not what was written.")
                elif folder and member.name.startswith(only):
                    with _new_file(folder, member.name) as out:
                        sums.update(_line(_hashed(content, out), member.name))
                else:
                    sums.update(_line(_hashed(content), member.name))
    except (tarfile.TarError, EOFError, zlib.error, ValueError):
        raise BackupError("The backup is damaged, cut off, or no backup at all.") from None
    if not manifest or manifest.get("sha256sums") != sums.hexdigest():
        raise BackupError("The backup is damaged: its content is not what its manifest says.")
    if manifest["format"] != FORMAT:
        raise BackupError(f"The backup has the format {manifest['format']}; this release reads {FORMAT}.")
    return manifest


def _hashed(content: BinaryIO, out: BinaryIO | None = None):
    """Return the digest of all that is left of a file, having copied it."""
    digest = hashlib.sha256()
    while data := content.read(CHUNK):
        digest.update(data)
        if out:
            out.write(data)
    return digest


def _new_file(folder: Path, name: str) -> BinaryIO:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BackupError(f"The backup has a file outside of its folders: {name}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")


def sha256(file: BinaryIO) -> bytes:
    """Return the SHA-256 of an open file, which is closed then."""
    with file:
        return _hashed(file).digest()


def file_part(name: str, path: Path) -> Part:
    """Return a file of this machine as a part."""
    return Part(name, path.stat().st_size, path.open("rb"))
