"""Where backups lie: a file, a folder that keeps some of them, the standard output, or a bucket (``s3://bucket/key``).

A backup is first written under a hidden name that ends in ``.partial``, read back, and only then put in its place: what
has the name of a backup is a whole one.
"""

import fcntl
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from firm.backups.problems import BackupError

try:
    import boto3
    from boto3.exceptions import Boto3Error
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    BUCKET_ERRORS = (Boto3Error, BotoCoreError, ClientError)
except ImportError:  # an installation on one machine has no need of it
    boto3, BUCKET_ERRORS = None, ()

SUFFIX, PARTIAL = ".firmbackup", ".partial"
_DATED = re.compile(rf"backup-\d{{8}}T\d{{6}}Z{re.escape(SUFFIX)}")
STANDARD = "-"


def dated_name() -> str:
    """Return the name of a backup that is made now."""
    return f"backup-{timezone.now():%Y%m%dT%H%M%SZ}{SUFFIX}"


class FilePlace:
    """A file, or a folder in which each backup gets a name by its date."""

    #: Whether it has to be read back from there once more.
    is_elsewhere = False

    def __init__(self, text: str) -> None:
        path = Path(text).expanduser()
        self.is_folder = path.is_dir() or text.endswith("/")
        self.path = (path / dated_name() if self.is_folder else path).absolute()
        self.name = str(self.path)

    def prepare(self) -> Path:
        """Refuse what cannot be, clear away what a killed run left, and return the folder to write in."""
        folder = self.path.parent
        if self.is_folder:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not folder.is_dir():
            raise BackupError(f"There is no folder {folder}.")
        if self.path.exists():
            raise BackupError(f"{self.path} exists; give another name, or a folder.")
        _clear_partial(folder)
        return folder

    def put(self, partial: Path) -> None:
        """Give the finished file its name, and see to it that the name is on the disk, too."""
        if self.path.exists():
            raise BackupError(f"{self.path} exists; give another name, or a folder.")
        os.rename(partial, self.path)
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """Within the block, read what was put."""
        with self.path.open("rb") as file:
            yield file

    def prune(self, keep: int) -> list[str]:
        """Delete all but the newest; return the names of those that went."""
        if not self.is_folder:
            raise BackupError("--keep needs a folder: it deletes the oldest backups there.")
        dated = sorted(path for path in self.path.parent.iterdir() if _DATED.fullmatch(path.name))
        for path in dated[:-keep]:
            path.unlink()
        return [path.name for path in dated[:-keep]]


class StandardPlace:
    """The standard output, as for a pipe to another machine. It cannot be read back; the file before it was."""

    name, is_elsewhere = "the standard output", False

    def prepare(self) -> Path:
        """Return the folder for the file that is written first."""
        return _work_folder()

    def put(self, partial: Path) -> None:
        """Write it out."""
        with partial.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        partial.unlink()

    def prune(self, keep: int) -> list[str]:
        """There is nothing to keep there."""
        raise BackupError("--keep needs a folder: it deletes the oldest backups there.")


class BucketPlace:
    """An object of a bucket. ``s3://bucket/folder/`` gives each backup a name by its date."""

    is_elsewhere = True

    def __init__(self, text: str) -> None:
        address = urlsplit(text)
        if not address.netloc:
            raise BackupError("Say which bucket: s3://bucket/name, or s3://bucket/folder/.")
        if boto3 is None:
            raise BackupError("Buckets need boto3 (requirements-servers.txt).")
        key = address.path.removeprefix("/")
        self.is_folder = not key or key.endswith("/")
        self.bucket, self.folder = address.netloc, key if self.is_folder else ""
        self.key = key + dated_name() if self.is_folder else key
        self.name = f"s3://{self.bucket}/{self.key}"
        config = Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 4, "mode": "standard"})
        self.client = boto3.client("s3", config=config)

    def prepare(self) -> Path:
        """Refuse to replace an object; return the folder for the file that is written first."""
        with _bucket_errors(self.name):
            found = self.client.list_objects_v2(Bucket=self.bucket, Prefix=self.key).get("Contents", [])
        if any(entry["Key"] == self.key for entry in found):
            raise BackupError(f"{self.name} exists; give another name, or a folder.")
        return _work_folder()

    def put(self, partial: Path) -> None:
        """Send it. The object is there when all of it is."""
        with _bucket_errors(self.name):
            self.client.upload_file(str(partial), self.bucket, self.key)
        partial.unlink()

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """Within the block, read what was put."""
        with _bucket_errors(self.name):
            yield self.client.get_object(Bucket=self.bucket, Key=self.key)["Body"]

    def prune(self, keep: int) -> list[str]:
        """Delete all but the newest; return the names of those that went."""
        if not self.is_folder:
            raise BackupError("--keep needs a folder, s3://bucket/folder/: it deletes the oldest backups there.")
        with _bucket_errors(self.name):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.folder)
            keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
            dated = sorted(key for key in keys if _DATED.fullmatch(key.removeprefix(self.folder)))
            for key in dated[:-keep]:
                self.client.delete_object(Bucket=self.bucket, Key=key)
        return dated[:-keep]


Place = FilePlace | StandardPlace | BucketPlace


def place(text: str) -> Place:
    """Return the place that an operator has named."""
    if text == STANDARD:
        return StandardPlace()
    return BucketPlace(text) if text.startswith("s3://") else FilePlace(text)


@contextmanager
def source(text: str) -> Iterator[BinaryIO]:
    """Within the block, a backup as a local file: one that is elsewhere is fetched first, as it is."""
    if text != STANDARD and not text.startswith("s3://"):
        try:
            file = Path(text).expanduser().open("rb")
        except OSError as error:
            raise BackupError(f"{text} cannot be read: {error.strerror}.") from None
        with file:
            yield file
        return
    with partial_file(_work_folder()) as (path, file):
        if text == STANDARD:
            shutil.copyfileobj(sys.stdin.buffer, file)
        else:
            found = BucketPlace(text)
            with found.reading() as body:
                shutil.copyfileobj(body, file)
        file.flush()
        with path.open("rb") as fetched:
            yield fetched


@contextmanager
def partial_file(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Within the block, a new file (mode 0600) in the folder, which is gone afterwards unless it was renamed."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".backup-", suffix=PARTIAL)
    try:
        with os.fdopen(descriptor, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield Path(name), file
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _clear_partial(folder: Path) -> None:
    """Delete what killed runs left: files that nobody holds."""
    for path in folder.glob(f".backup-*{PARTIAL}"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _work_folder() -> Path:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    _clear_partial(settings.DATA_DIR)
    return settings.DATA_DIR


@contextmanager
def _bucket_errors(name: str) -> Iterator[None]:
    try:
        yield
    except BUCKET_ERRORS as error:
        code = getattr(error, "response", {}).get("Error", {}).get("Code") or type(error).__name__
        raise BackupError(f"{name} cannot be reached or used: {code}.") from None
