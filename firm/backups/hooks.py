"""What the apps above add to backups: register in `AppConfig.ready`."""

from collections.abc import Callable

from django.test import Client

#: Called in an installation that was just restored; returns a sentence for whoever did it, or nothing.
AFTER_RESTORE: list[Callable[[], str]] = []
#: Called in a drill with somebody's browser who has signed in as an owner; raises `BackupError`. Returns what was done.
DRILL_STEPS: list[Callable[[Client], str]] = []
