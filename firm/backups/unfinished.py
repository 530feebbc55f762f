"""The note that a restore has begun and not ended, with the id of its backup: what is half there is not served."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError


def note_path() -> Path:
    return settings.DATA_DIR / "restore-unfinished.txt"


def warning() -> str:
    """Return what to say while a restore has not ended; empty when there is none."""
    if not note_path().exists():
        return ""
    return f"A restore was broken off here. Run manage.py restore with the same backup again ({note_path()} says so)."


def refuse_while_unfinished() -> None:
    """Raise `CommandError` in a command that would work with what is half there."""
    if problem := warning():
        raise CommandError(problem)
