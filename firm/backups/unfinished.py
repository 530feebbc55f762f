"""The note that a restore has begun and not ended: what is half there should not be served."""

import json
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from firm.backups.problems import BackupError

FILE = "restore-unfinished.json"
LOADING, LOADED = "loading", "loaded"


def note(backup: str, phase: str) -> None:
    """Write down which backup is being restored, and how far it is."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    _path().write_text(json.dumps({"backup": backup, "phase": phase}))


def phase_of(backup: str) -> str:
    """Return how far a restore of this backup had come; empty when none has begun. Another one's raises."""
    with suppress(OSError, ValueError, KeyError):
        known = json.loads(_path().read_text())
        if known["backup"] == backup:
            return known["phase"]
        raise BackupError(
            "A restore of another backup was broken off here. Run that one again, or begin with an empty installation"
            f" (delete the database, the uploads and {_path()})."
        )
    return ""


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
