"""The note that a restore has begun and not ended: what is half there must not be served."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from firm.backups.problems import BackupError

FILE = "restore-unfinished.txt"


def note(backup: str) -> None:
    """Write down which backup is being restored."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    _path().write_text(backup)


def is_noted(backup: str) -> bool:
    """Return whether a restore of this backup has begun here. Raises `BackupError` when it was another one's."""
    if not _path().exists():
        return False
    if _path().read_text() != backup:
        raise BackupError(
            "A restore of another backup was broken off here. Run that one again, or begin with an empty installation"
            f" (delete the database, the uploads and {_path()})."
        )
    return True


def forget() -> None:
    """Say that it has ended."""
    _path().unlink(missing_ok=True)


def warning() -> str:
    """Return what to say at a start while a restore has not ended; empty when there is none."""
    if not _path().exists():
        return ""
    return f"A restore was broken off here. Run manage.py restore with the same backup again ({_path()} says so)."


def refuse_while_unfinished() -> None:
    """End a command that would work with what is half there."""
    if problem := warning():
        raise CommandError(problem)


def _path() -> Path:
    return settings.DATA_DIR / FILE
