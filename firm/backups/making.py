"""Makes a backup at its destination: written, on the disk, read back, and only then under its name."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.utils import timezone
from pyrage.x25519 import Identity

from firm.backups import age, archive, database
from firm.backups.archive import ARCHIVE, MEDIA, Part
from firm.backups.destinations import Standard, Stored, bucket_errors, source, work_folder
from firm.backups.problems import BackupError

Report = Callable[[str], object]


@dataclass
class Made:
    """A backup that lies in its place, whole. ``identity`` opens this one file, and is kept nowhere."""

    place: str
    size: int
    seconds: float
    manifest: dict
    identity: Identity = field(repr=False)

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(self.manifest["rows"].values())

    @property
    def files(self) -> int:
        """How many files there are besides the database."""
        return sum(self.manifest["parts"].get(part, {}).get("files", 0) for part in ("media", "archive"))


def make_backup(where: Standard | Stored, report: Report = lambda line: None) -> Made:
    """Make a backup. Nothing is left when that fails, which raises `BackupError` or OSError. Others read and write on.

    It opens with the keys of ``BACKUP_RECIPIENT``, and with one more that is made for it here.
    """
    began, to, identity = time.monotonic(), age.recipients(), Identity.generate()
    where.refuse()
    with work_folder() as folder, work_folder(where.parent) as beside:
        file, manifest = beside / "backup", {}
        try:
            database.refuse_other_release()
            announce(folder, database.size(), report)
            with database.copied(folder) as copy, bucket_errors("The storage of uploads"):
                _write(file, copy, [*to, identity.to_public()], manifest)
        except (Error, connection.Database.Error) as error:  # Django's, and those of the driver itself
            raise BackupError(f"The database cannot be read: {type(error).__name__}.") from None
        with file.open("rb") as written:
            _read_back(written, identity, manifest)
        size = file.stat().st_size
        where.put(file)
    if where.is_elsewhere:
        with source(where.name) as stored:
            _read_back(stored, identity, manifest)
    return Made(where.name, size, time.monotonic() - began, manifest, identity)


def announce(folder: Path, size: int, report: Report) -> None:
    """Say how many bytes are needed in a folder meanwhile; raise `BackupError` when there are less."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise BackupError(f"{folder.parent} needs {size:,} bytes for unpacked files, and has {free:,} free.")
    report(f"Until this ends, {folder.parent} holds about {size:,} bytes of unpacked files.")


def _write(file: Path, copy: database.Copy, to: list, manifest: dict) -> None:
    """Write the encrypted file; fill in the manifest on the way."""
    manifest |= {
        "id": uuid4().hex,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "database": connection.vendor,
        "releases": {name: version(name) for name in ("django", "wagtail")},
        "migrations": copy.migrations(),
        "rows": copy.counts(),
        "keys": copy.keys(),
        "missing": [],
    }

    def finish(parts: dict) -> dict:
        manifest["parts"] = parts
        return manifest

    file.touch(0o600)
    with file.open("wb") as out:
        age.encrypt(archive.pack(_parts(copy, manifest["missing"]), finish), out, to)
        out.flush()
        os.fsync(out.fileno())
        # What is read back should come from the disk, not from memory.
        os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _parts(copy: database.Copy, missing: list[str]) -> Iterator[Part]:
    """Yield the database, the uploads that it names, and the advertising archive. What has gone is noted."""
    yield archive.file_part(copy.path.name, copy.path)
    for name in copy.files():
        try:
            file = default_storage.open(name)
        except (FileNotFoundError, IsADirectoryError, SuspiciousOperation, ValueError):
            missing.append(name)
            continue
        yield Part(MEDIA + name, file.size, file)
    for path in sorted((settings.DATA_DIR / ARCHIVE).rglob("*")):
        if path.is_file() and not path.is_symlink():
            with suppress(FileNotFoundError):
                yield archive.file_part(path.relative_to(settings.DATA_DIR).as_posix(), path)


def _read_back(file, identity: Identity, manifest: dict) -> None:
    if archive.read(file, [identity])["id"] != manifest["id"]:
        raise BackupError("What was written is not what is read back. Is the disk sound?")
