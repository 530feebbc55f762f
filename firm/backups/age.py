"""The encryption: the age format (https://age-encryption.org/v1), as streams."""

import getpass
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyrage
from django.conf import settings
from pyrage.x25519 import Identity, Recipient

from firm.backups.registry import BackupError

CHUNK = 1 << 18


def recipients() -> list[Recipient]:
    """Return those of ``BACKUP_RECIPIENT``; raise `BackupError` when there is none, or an invalid one."""
    if not settings.BACKUP_RECIPIENT:
        raise BackupError("Nobody could open a backup: set BACKUP_RECIPIENT (manage.py make_backup_key).")
    try:
        return [Recipient.from_str(text) for text in settings.BACKUP_RECIPIENT]
    except pyrage.RecipientError:
        raise BackupError("BACKUP_RECIPIENT must list age recipients (age1…), separated by commas.") from None


def identities(file: str) -> list[Identity]:
    """Return the secret keys in an identity file of age, else of one line typed at the terminal."""
    if not file and not sys.stdin.isatty():
        raise BackupError("The secret key is needed: give its file with --identity.")
    try:
        text = Path(file).expanduser().read_text() if file else getpass.getpass("Secret key (AGE-SECRET-KEY-1…): ")
        lines = [line.strip() for line in text.splitlines()]
        found = [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}.") from None
    except (pyrage.IdentityError, UnicodeDecodeError):
        found = []
    if not found:
        raise BackupError("That is no secret key of age: it has the form AGE-SECRET-KEY-1….")
    return found


@contextmanager
def encrypted(file: BinaryIO, to: list[Recipient]) -> Iterator[BinaryIO]:
    """Within the block, a stream; what is written to it goes encrypted into ``file``."""
    source, sink = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(_encrypt, source, file, to)
        try:
            with open(sink, "wb") as plain:
                yield plain
        except BrokenPipeError:
            pass  # the encryption has failed, and says why
        done.result()


@contextmanager
def decrypted(file: BinaryIO, keys: list[Identity]) -> Iterator[BinaryIO]:
    """Within the block, the plain content of an age file, as a stream.

    Each piece is authentic when it is read; that none is missing is known only when the block has ended. Raises
    `BackupError` for another key, and for a file that is damaged or cut off.
    """
    source, sink = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(_decrypt, file, sink, keys)
        try:
            with open(source, "rb") as plain:
                yield plain
                while plain.read(CHUNK):
                    pass
        except BackupError:
            raise
        except Exception as error:
            raise _failure(done) or error from None
        if failure := _failure(done):
            raise failure


def _encrypt(source: int, file: BinaryIO, to: list[Recipient]) -> None:
    with open(source, "rb") as plain:
        pyrage.encrypt_io(plain, file, to)


def _decrypt(file: BinaryIO, sink: int, keys: list[Identity]) -> None:
    with open(sink, "wb") as plain:
        pyrage.decrypt_io(file, plain, keys)


def _failure(done: Future) -> Exception | None:
    """Return what the decryption ended with; None when it was well, or only stopped since nobody read on."""
    error = done.exception()
    if error is None or isinstance(error, BrokenPipeError):
        return None
    if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
        return BackupError("The secret key does not open this backup: it was made for another one.")
    if isinstance(error, OSError) and error.errno:
        return error
    return BackupError("The backup is damaged, cut off, or no backup at all.")
