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
from firm.backups.destinations import Destination, bucket_errors, work_folder
from firm.backups.registry import BackupError
from firm.monitoring.health_probes import database_size

Report = Callable[[str], object]


@dataclass
class Made:
    """A backup that lies in its place, whole. ``identity`` opens this one file, and is stored nowhere."""

    where: Destination
    size: int
    seconds: float
    manifest: dict
    identity: Identity = field(repr=False)


def make_backup(where: Destination, report: Report = lambda line: None) -> Made:
    """Make a backup. Nothing is left when that fails, which raises `BackupError` or OSError. Others read and write on.

    It opens with the keys of ``BACKUP_RECIPIENT``, and with one more that is made for it here.
    """
    began, to, identity = time.monotonic(), age.recipients(), Identity.generate()
    where.refuse()
    with work_folder() as folder, work_folder(where.parent) as beside:
        file = beside / "backup"
        try:
            database.refuse_other_release()
            announce(folder, int(database_size()), report)
            with database.copied(folder) as copy, bucket_errors("The storage of uploads"):
                manifest = _write(file, copy, [*to, identity.to_public()])
        except (Error, connection.Database.Error) as error:  # Django's, and those of the driver itself
            raise BackupError(f"The database cannot be read: {type(error).__name__}.") from None
        with file.open("rb") as written:
            _read_back(written, identity, manifest)
        size = file.stat().st_size
        where.put(file)
    if where.is_bucket:
        with where.opened() as stored:
            _read_back(stored, identity, manifest)
    return Made(where, size, time.monotonic() - began, manifest, identity)


def announce(folder: Path, size: int, report: Report) -> None:
    """Say how many bytes are needed in a folder meanwhile; raise `BackupError` when there are less."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise BackupError(f"{folder.parent} needs {size:,} bytes for unpacked files, and has {free:,} free.")
    report(f"Until this ends, {folder.parent} holds about {size:,} bytes of unpacked files.")


def _write(file: Path, copy: database.Copy, to: list) -> dict:
    """Write the encrypted file; return its manifest."""
    manifest = copy.facts() | {
        "id": uuid4().hex,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "releases": {name: version(name) for name in ("django", "wagtail")},
        "missing": [],
    }
    file.touch(0o600)
    with file.open("wb") as out:
        with age.encrypted(out, to) as plain:
            archive.write(plain, _parts(copy, manifest), manifest)
        out.flush()
        os.fsync(out.fileno())
        # What is read back should come from the disk, not from memory.
        os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return manifest


def _parts(copy: database.Copy, manifest: dict) -> Iterator[Part]:
    """Yield the database, the uploads that it names, and the advertising archive; note in the manifest what is gone."""
    yield archive.file_part(copy.path.name, copy.path)
    for name in copy.uploads():
        try:
            file = default_storage.open(name)
        except (FileNotFoundError, IsADirectoryError, SuspiciousOperation, ValueError):
            manifest["missing"].append(name)
            continue
        yield Part(MEDIA + name, file.size, file)
    for path in sorted((settings.DATA_DIR / ARCHIVE).rglob("*")):
        if path.is_file() and not path.is_symlink():
            with suppress(FileNotFoundError):
                yield archive.file_part(path.relative_to(settings.DATA_DIR).as_posix(), path)


def _read_back(file, identity: Identity, manifest: dict) -> None:
    if archive.read(file, [identity])["id"] != manifest["id"]:
        raise BackupError("What was written is not what is read back. Is the disk sound?")
