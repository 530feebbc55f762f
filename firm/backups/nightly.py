"""The nightly backup with its drill, as the worker makes it; how backups are doing, and the mail to owners about it."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from traceback import format_tb

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from firm.backups import unfinished
from firm.backups.destinations import LONGEST_RUN, Destination
from firm.backups.drill import drill
from firm.backups.making import make_backup
from firm.backups.registry import BackupError, one_line
from firm.models import BackupRun, BackupState

logger = logging.getLogger(__name__)
#: What fails is tried again so often a night, so much later.
ATTEMPTS, PAUSE = 4, timedelta(hours=1)
#: After this time a run counts as broken off.
BROKEN_OFF = timedelta(seconds=LONGEST_RUN)
#: A nightly backup is overdue after a day and six hours.
OVERDUE = timedelta(hours=30)
#: Owners are told again of what is still wrong.
TOLD_AGAIN = timedelta(hours=20)


def run_due(now: datetime | None = None) -> BackupRun | None:
    """Make the backup of this night when it is time and nobody else has; return what came of it."""
    now = now or timezone.now()
    if not settings.BACKUP_DEST or timezone.localtime(now).time() < settings.BACKUP_TIME:
        return None
    run = _claim(timezone.localdate(now), now)
    if run:
        _make(run)
    return run


def _claim(night: date, now: datetime) -> BackupRun | None:
    """Return the next attempt of the night, which is ours alone; None when none is due."""
    last = BackupRun.objects.filter(night=night).order_by("-attempt").first()
    if last:
        is_hanging = last.state == BackupState.RUNNING and now - last.began_at > BROKEN_OFF
        is_failed = last.state == BackupState.FAILED and now - last.ended_at > PAUSE
        if last.attempt >= ATTEMPTS or not (is_hanging or is_failed):
            return None
    try:
        with transaction.atomic():
            return BackupRun.objects.create(
                night=night, attempt=last.attempt + 1 if last else 1, began_at=now, state=BackupState.RUNNING
            )
    except IntegrityError:
        return None


def _make(run: BackupRun) -> None:
    """Make it, try it out, then delete the oldest: those go only when a newer one has been restored."""
    try:
        where = Destination(settings.BACKUP_DEST)
        made = make_backup(where)
        run.succeed(missing_files=len(made.manifest["missing"]))
        try:
            drill(made)
            run.drill = BackupState.SUCCEEDED
        except Exception as error:
            run.drill, run.problem = BackupState.FAILED, _said(error)
            logger.error("The backup could not be restored on trial: %s", run.problem)
        if run.drill == BackupState.SUCCEEDED and where.is_folder:
            where.prune(settings.BACKUP_KEEP)
    except Exception as error:  # whatever it is, owners have to hear of it
        run.state, run.problem = BackupState.FAILED, _said(error)
        logger.error("The nightly backup failed: %s", run.problem)
    run.ended_at = timezone.now()
    run.save()


def _said(error: Exception) -> str:
    """Return what went wrong; of what nobody foresaw its kind alone, for its words may quote a value."""
    if isinstance(error, BackupError | OSError):
        return one_line(error)[:300]
    logger.error("Unforeseen in a backup, %s at:\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)))
    return f"{type(error).__name__}, see the log."


@dataclass(frozen=True)
class Summary:
    """How backups are doing: whether the worker makes one each night, the age of the last good one, and whole sentences
    about what is wrong.
    """

    is_on: bool
    age: timedelta | None
    problems: list[str]


def summary(now: datetime | None = None) -> Summary:
    now, is_on = now or timezone.now(), bool(settings.BACKUP_DEST)
    good = BackupRun.objects.filter(state=BackupState.SUCCEEDED).first()
    age = now - good.ended_at if good else None
    problems = [warning] if (warning := unfinished.warning()) else []
    return Summary(is_on, age, problems + (_problems(age, now) if is_on else []))


def _problems(age: timedelta | None, now: datetime) -> list[str]:
    problems, latest = [], BackupRun.objects.filter(night__isnull=False).first()
    if age is None:
        problems.append("No backup has been made yet.")
    elif age > OVERDUE:
        problems.append(f"The last backup is {int(age.total_seconds() // 3600)} hours old.")
    if latest and latest.state == BackupState.FAILED:
        problems.append(f"The last nightly backup failed: {latest.problem}")
    elif latest and latest.state == BackupState.RUNNING and now - latest.began_at > BROKEN_OFF:
        problems.append("The last nightly backup was broken off.")
    elif latest and latest.drill == BackupState.FAILED:
        problems.append(f"The last backup could not be restored on trial: {latest.problem}")
    if latest and latest.missing_files:
        problems.append(f"{latest.missing_files} uploaded files are not in the storage any more.")
    return problems


def tell_owners(now: datetime | None = None) -> bool:
    """Write to the owners when something is wrong, once in `TOLD_AGAIN`; return whether a mail went out."""
    now = now or timezone.now()
    found = summary(now)
    latest = BackupRun.objects.filter(night__isnull=False).first()
    if not found.problems or not found.is_on or latest is None or latest.state == BackupState.RUNNING:
        return False
    if BackupRun.objects.filter(told_at__gt=now - TOLD_AGAIN).exists():
        return False
    # Of two workers one gets to say so.
    if not BackupRun.objects.filter(pk=latest.pk, told_at=latest.told_at).update(told_at=now):
        return False
    try:
        return bool(_message(found.problems).send())
    except Exception:
        BackupRun.objects.filter(pk=latest.pk).update(told_at=latest.told_at)
        raise


def _message(problems: list[str]) -> EmailMessage:
    owners = get_user_model().objects.filter(is_active=True, is_superuser=True).exclude(email="")
    lines = ["Something is wrong with the backups of the website:", "", *(f"- {problem}" for problem in problems)]
    lines += ["", "What to do is written in docs/backup.md.", "", settings.SITE_URL]
    to = list(owners.order_by("pk").values_list("email", flat=True))
    return EmailMessage("The website's backup needs you", "\n".join(lines), bcc=to)
