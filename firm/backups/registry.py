"""What other apps add to backups, and the error that all of this raises."""

from collections.abc import Callable

from django.test import Client

#: Called in an installation that was just restored; returns a sentence for the operator, or nothing.
AFTER_RESTORE: list[Callable[[], str]] = []
#: Called in a drill with the browser of an owner who has signed in; raises `BackupError`, else returns what was done.
DRILL_STEPS: list[Callable[[Client], str]] = []


class BackupError(Exception):
    """A backup that cannot be made, read or restored. The text is one line, and holds nothing confidential."""


def one_line(error: Exception) -> str:
    """Return what went wrong in one line."""
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}{f' ({error.filename})' if error.filename else ''}."
    return str(error)
