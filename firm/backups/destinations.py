"""Where backups lie: a file, a folder that holds some of them, the standard output, or a bucket (``s3://bucket/key``).

A backup is first written into a hidden folder, read back, and only then put in its place: what has the name of a backup
is a whole one.
"""

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from firm.backups.registry import BackupError

try:
    from boto3.exceptions import Boto3Error
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from storages.backends.s3 import S3Storage

    BUCKET_ERRORS = (Boto3Error, BotoCoreError, ClientError)
except ImportError:  # an installation on one machine has no need of it
    S3Storage, BUCKET_ERRORS = None, ()

#: Longer than any run, in seconds: an older hidden folder was left by one that was killed.
LONGEST_RUN = 6 * 3600
SUFFIX, WORK = ".tar.gz.age", ".backup-"
STANDARD, BUCKET = "-", "s3://"
_DATED = re.compile(rf"backup-\d{{8}}T\d{{6}}Z{re.escape(SUFFIX)}")


def dated_name() -> str:
    return f"backup-{timezone.now():%Y%m%dT%H%M%SZ}{SUFFIX}"


@contextmanager
def work_folder(parent: Path | None = None) -> Iterator[Path]:
    """Within the block, a new folder (mode 0700) below ``parent``, else ``DATA_DIR``; what killed runs left goes."""
    parent = parent or settings.DATA_DIR
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{WORK}*"):
        with suppress(FileNotFoundError):  # another run cleans up, too
            if time.time() - left.stat().st_mtime > LONGEST_RUN:
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=WORK) as folder:
        yield Path(folder)


class Destination:
    """What an operator names: a file, an object of a bucket, or a folder of either, where backups get dated names.

    ``key`` is the backup's name in ``storage``, and ``parent`` its folder where that is one of this machine; neither is
    there for the standard output.
    """

    def __init__(self, text: str) -> None:
        self.is_standard, self.is_bucket = text == STANDARD, text.startswith(BUCKET)
        self.parent = self.storage = None
        self.is_folder = False
        if self.is_standard:
            self.name = "the standard output"
            return
        path = text if self.is_bucket else str(Path(text).expanduser().absolute())
        self.is_folder = text.endswith("/") or (not self.is_bucket and Path(path).is_dir())
        folder, self.key = (path.rstrip("/"), dated_name()) if self.is_folder else path.rsplit("/", 1)
        self.name = f"{folder}/{self.key}"
        if self.is_bucket:
            self.storage = _bucket(folder)
        else:
            self.parent = Path(folder or "/")
            self.storage = FileSystemStorage(location=self.parent)

    def refuse(self) -> None:
        """Raise `BackupError` when nothing can be put there."""
        if self.is_standard:
            return
        if self.parent and self.is_folder:
            self.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.parent and not self.parent.is_dir():
            raise BackupError(f"There is no folder {self.parent}.")
        with bucket_errors(self.name):
            if self.is_bucket:
                self.storage.listdir("")  # says when there is no such bucket
            if self.storage.exists(self.key):
                raise BackupError(f"{self.name} exists; give another name, or a folder.")

    def put(self, file: Path) -> None:
        """Move the finished file there, under its name once all of it is there and on the disk."""
        self.refuse()
        if self.parent:
            os.rename(file, self.parent / self.key)
            sync_folder(self.parent)
            return
        with bucket_errors(self.name), file.open("rb") as finished:
            if self.is_bucket:
                self.storage.save(self.key, File(finished))
            else:
                shutil.copyfileobj(finished, sys.stdout.buffer)
                sys.stdout.buffer.flush()

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Within the block, the backup as a local file: one that is elsewhere is fetched first, as it is."""
        if self.parent:
            if not Path(self.name).is_file():
                raise BackupError(f"{self.name} is not there.")
            with Path(self.name).open("rb") as file:
                yield file
            return
        with work_folder() as folder, (folder / "fetched").open("w+b") as file:
            if self.is_bucket:
                with bucket_errors(self.name):
                    self.storage.bucket.download_fileobj(f"{self.storage.location}/{self.key}".lstrip("/"), file)
            else:
                shutil.copyfileobj(sys.stdin.buffer, file)
            file.seek(0)
            yield file

    def prune(self, keep: int) -> list[str]:
        """Delete all but the newest of the folder; return the names of those that went."""
        with bucket_errors(self.name):
            dated = sorted(name for name in self.storage.listdir("")[1] if _DATED.fullmatch(name))
            for name in dated[:-keep]:
                self.storage.delete(name)
        return dated[:-keep]


def _bucket(folder: str):
    address = urlsplit(folder)
    if not address.netloc:
        raise BackupError("Say which bucket: s3://bucket/name, or s3://bucket/folder/.")
    if S3Storage is None:
        raise BackupError("Buckets need boto3 (requirements-servers.txt).")
    config = Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 4, "mode": "standard"})
    return S3Storage(
        bucket_name=address.netloc,
        location=address.path.strip("/"),
        client_config=config,
        file_overwrite=True,
        gzip=False,
    )


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def bucket_errors(name: str) -> Iterator[None]:
    """Within the block, whatever goes wrong with a bucket is a `BackupError`."""
    try:
        yield
    except BUCKET_ERRORS as error:
        code = getattr(error, "response", {}).get("Error", {}).get("Code") or type(error).__name__
        raise BackupError(f"{name} cannot be reached or used: {code}.") from None
