"""What is in a backup: a compressed `tar` of the database, ``media/``, ``archive/``, ``SHA256SUMS``, ``manifest.json``.

``SHA256SUMS`` has a line for each file before it, as `sha256sum -c` reads them.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pyrage.x25519 import Identity

from firm.backups.age import CHUNK, decrypted
from firm.backups.registry import BackupError

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
MEDIA, ARCHIVE = "media/", "archive/"


class Part(NamedTuple):
    """A file to be written: its name in the archive, its size in bytes, and the open file, which is closed then."""

    name: str
    size: int
    file: BinaryIO


def write(out: BinaryIO, parts: Iterable[Part], manifest: dict) -> None:
    """Write an archive. The manifest is written last, and gets ``files``: how many parts, by their first folder."""
    sums, counts = [], Counter()
    with (
        gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=1) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        for part in parts:
            sums.append(_add(tar, part))
            counts[part.name.split("/")[0]] += 1
        manifest["files"] = counts
        for name, text in ((SUMS, "".join(sums)), (MANIFEST, json.dumps(manifest, indent=1))):
            content = text.encode("utf-8", "surrogateescape")
            _add(tar, Part(name, len(content), io.BytesIO(content)))


def _add(tar: tarfile.TarFile, part: Part) -> str:
    """Add a file; return its line of ``SHA256SUMS``."""
    info = tarfile.TarInfo(part.name)
    info.size, info.mode = part.size, 0o600
    with part.file as file:
        reader = _Hashing(file)
        try:
            tar.addfile(info, reader)
        except OSError as error:
            if error.errno:
                raise
            raise BackupError(f"{part.name} became shorter while it was read.") from None
    return _line(reader.digest, part.name)


class _Hashing:
    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def _line(digest, name: str) -> str:
    return f"{digest.hexdigest()}  {name}\n"


def read(file: BinaryIO, keys: list[Identity], folder: Path | None = None, only: tuple[str, ...] = ("",)) -> dict:
    """Read a backup from its beginning to its end; return the manifest. Raises `BackupError` unless all is as written.

    Files whose names begin with one of ``only`` are put into ``folder`` on the way.
    """
    sums, manifest, is_whole = [], {}, False
    try:
        with decrypted(file, keys) as plain, tarfile.open(fileobj=plain, mode="r|gz") as tar:
            for member in tar:
                tar.members = []  # it would remember all of them
                if manifest or not member.isreg():
                    raise BackupError("The backup holds what no backup of this site has.")
                content = tar.extractfile(member)
                if member.name == MANIFEST:
                    manifest = json.loads(content.read())
                elif member.name == SUMS:
                    is_whole = content.read() == "".join(sums).encode("utf-8", "surrogateescape")
                else:
                    path = _new_path(folder, member.name) if folder and member.name.startswith(only) else None
                    sums.append(_line(_copy(content, path), member.name))
    except (tarfile.TarError, EOFError, zlib.error, ValueError):
        raise BackupError("The backup is damaged, cut off, or no backup at all.") from None
    if not (manifest and is_whole):
        raise BackupError("The backup is damaged: its content is not what was written.")
    return manifest


def _copy(content: BinaryIO, path: Path | None):
    """Return the digest of a file, having copied it to ``path``, if any."""
    reader = _Hashing(content)
    with path.open("xb") if path else io.BytesIO() as out:
        while data := reader.read(CHUNK):
            if path:
                out.write(data)
    return reader.digest


def _new_path(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BackupError(f"The backup has a file outside of its folders: {name}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def sha256(file: BinaryIO) -> bytes:
    """Return the SHA-256 of an open file, which is closed then."""
    with file:
        return hashlib.file_digest(file, "sha256").digest()


def file_part(name: str, path: Path) -> Part:
    """Return a file of this machine as a part."""
    return Part(name, path.stat().st_size, path.open("rb"))
