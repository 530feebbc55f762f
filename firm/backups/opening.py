"""How the secret key reaches a command: from a file, the environment or the keyboard, never from its arguments."""

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path

from firm.backups.keys import SECRET, read_key, unwrap
from firm.backups.problems import BackupError


def opener(file: str = "") -> Callable[[list[dict]], bytes]:
    """Return what opens a backup's own key with the secret key, which is asked for when it is needed."""
    return lambda wrapped: unwrap(wrapped, read_key(SECRET, _text(file, wrapped)))


def _text(file: str, wrapped: list[dict]) -> str:
    if file:
        try:
            return Path(file).expanduser().read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise BackupError(f"{file} cannot be read: {type(error).__name__}.") from None
    if given := os.environ.get("BACKUP_SECRET", "").strip():
        return given
    if not sys.stdin.isatty():
        raise BackupError("The secret key is needed: give --secret-file, or set BACKUP_SECRET.")
    made_for = " or ".join(entry["key"] for entry in wrapped)
    return getpass.getpass(f"Secret key of {made_for} ({SECRET}-…): ")
