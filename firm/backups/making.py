"""Makes a backup at a place: written, on the disk, read back, and only then under its name."""

import os
import time
from dataclasses import dataclass, field
from typing import BinaryIO

from django.conf import settings
from django.db import Error, connection

from firm.backups.checking import check
from firm.backups.keys import PUBLIC, read_key
from firm.backups.places import Place, partial_file
from firm.backups.problems import BackupError, Damaged
from firm.backups.writing import Written, write_backup


@dataclass
class Made:
    """A backup that lies in its place, whole."""

    place: str
    size: int
    seconds: float
    written: Written = field(repr=False)

    @property
    def rows(self) -> int:
        """How many rows of all tables it holds."""
        return sum(table["rows"] for table in self.written.manifest["tables"].values())


def recipients() -> list[bytes]:
    """Return the public keys of ``BACKUP_RECIPIENT``; raise `BackupError` when there is none, or not a whole one."""
    if not settings.BACKUP_RECIPIENT:
        raise BackupError("No key to make backups with: set BACKUP_RECIPIENT (manage.py make_backup_key).")
    return [read_key(PUBLIC, text) for text in settings.BACKUP_RECIPIENT]


def make_backup(place: Place) -> Made:
    """Make a backup at the place. Nothing is left there when it fails, which raises `BackupError` or OSError."""
    began, keys = time.monotonic(), recipients()
    with partial_file(place.prepare()) as (partial, file):
        written = _written(file, keys)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
        # What is read back should come from the disk, not from memory.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with partial.open("rb") as again:
            _read_back(again, written)
        place.put(partial)
    if place.is_elsewhere:
        with place.reading() as again:
            _read_back(again, written)
    return Made(place.name, size, time.monotonic() - began, written)


def _written(file: BinaryIO, keys: list[bytes]) -> Written:
    try:
        return write_backup(file, keys)
    except (Error, connection.Database.Error) as error:  # Django's, and those of the driver itself
        raise BackupError(f"The database cannot be read: {type(error).__name__}.") from None


def _read_back(file: BinaryIO, written: Written) -> None:
    if check(file, lambda keys: written.file_key).manifest != written.manifest:
        raise Damaged("What was written is not what is read back. Is the disk sound?")


def words(error: Exception) -> str:
    """Return what went wrong in one line."""
    if isinstance(error, OSError) and not isinstance(error, BackupError):
        return f"{error.strerror or type(error).__name__}{f' ({error.filename})' if error.filename else ''}."
    return str(error)
