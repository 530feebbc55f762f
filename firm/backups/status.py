"""How backups stand: for pages that people and monitors look at, and for the mail to owners."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from firm.backups import unfinished
from firm.models import BackupRun, BackupState

#: A nightly backup is overdue after a day and six hours.
OVERDUE = timedelta(hours=30)
#: So long may a run take before it counts as broken off.
PATIENCE = timedelta(hours=6)


@dataclass(frozen=True)
class Summary:
    """What there is to say. ``problems`` are whole sentences; none when all is well, or backups are not on."""

    is_on: bool
    last_success: datetime | None
    age: timedelta | None
    size: int
    last_drill: datetime | None
    problems: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """True when nobody has to do anything."""
        return not self.problems


def summary(now: datetime | None = None) -> Summary:
    """Return how backups stand, by three queries. ``is_on``: whether the worker makes one each night."""
    now, is_on = now or timezone.now(), bool(settings.BACKUP_DEST)
    good = BackupRun.objects.filter(state=BackupState.SUCCEEDED).first()
    latest = BackupRun.objects.filter(night__isnull=False).first()
    drilled = BackupRun.objects.filter(drill=BackupState.SUCCEEDED).first()
    age = now - good.ended_at if good else None
    return Summary(
        is_on=is_on,
        last_success=good.ended_at if good else None,
        age=age,
        size=good.size if good else 0,
        last_drill=drilled.ended_at if drilled else None,
        problems=_problems(age, latest, is_on, now),
    )


def _problems(age: timedelta | None, latest: BackupRun | None, is_on: bool, now: datetime) -> list[str]:
    problems = [warning] if (warning := unfinished.warning()) else []
    if not is_on:
        return problems
    if age is None:
        problems.append("No backup has been made yet.")
    elif age > OVERDUE:
        problems.append(f"The last backup is {int(age.total_seconds() // 3600)} hours old.")
    if latest and latest.state == BackupState.FAILED:
        problems.append(f"The last nightly backup failed: {latest.problem}")
    elif latest and latest.state == BackupState.RUNNING and now - latest.began_at > PATIENCE:
        problems.append("The last nightly backup was broken off.")
    elif latest and latest.drill == BackupState.FAILED:
        problems.append(f"The last backup could not be restored on trial: {latest.problem}")
    if latest and latest.missing_files:
        problems.append(f"{latest.missing_files} uploaded files are not in the storage any more.")
    return problems
