"""The nightly backup with its drill, as the worker makes it, and the mail to owners when something is wrong with it."""

import logging
from datetime import date, datetime, timedelta
from traceback import format_tb

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from firm.backups.destinations import destination
from firm.backups.drill import drill
from firm.backups.making import Made, make_backup
from firm.backups.problems import BackupError, one_line
from firm.backups.status import PATIENCE, summary
from firm.models import BackupRun, BackupState

logger = logging.getLogger(__name__)
#: What fails is tried again so often a night, so much later.
ATTEMPTS, PAUSE = 4, timedelta(hours=1)
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
        is_hanging = last.state == BackupState.RUNNING and now - last.began_at > PATIENCE
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
        where = destination(settings.BACKUP_DEST)
        made = make_backup(where)
        keep_result(run, made)
        _drill(run, made)
        if run.drill == BackupState.SUCCEEDED and where.is_folder:
            where.prune(settings.BACKUP_KEEP)
    except Exception as error:  # whatever it is, owners have to hear of it
        run.state, run.problem = BackupState.FAILED, _said(error)
        logger.error("The nightly backup failed: %s", run.problem)
    run.ended_at = timezone.now()
    run.save()


def _drill(run: BackupRun, made: Made) -> None:
    began = timezone.now()
    try:
        drill(made)
        run.drill = BackupState.SUCCEEDED
    except Exception as error:
        run.drill, run.problem = BackupState.FAILED, _said(error)
        logger.error("The backup could not be restored on trial: %s", run.problem)
    run.drill_seconds = (timezone.now() - began).seconds


def _said(error: Exception) -> str:
    """Return what went wrong; of what nobody foresaw its kind alone, for its words may quote a value."""
    if isinstance(error, BackupError | OSError):
        return one_line(error)[:300]
    logger.error("Unforeseen in a backup, %s at:\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)))
    return f"{type(error).__name__}, see the log."


def keep_result(run: BackupRun, made: Made) -> BackupRun:
    """Write down on a run what was made."""
    run.state, run.ended_at, run.place = BackupState.SUCCEEDED, timezone.now(), made.place[:300]
    run.size, run.seconds, run.rows = made.size, round(made.seconds), made.rows
    run.files, run.missing_files = made.files, len(made.manifest["missing"])
    run.save()
    return run


def tell_owners(now: datetime | None = None) -> bool:
    """Write to the owners when something is wrong, once in `TOLD_AGAIN`; return whether a mail went out."""
    now = now or timezone.now()
    found = summary(now)
    latest = BackupRun.objects.filter(night__isnull=False).first()
    if found.is_well or not found.is_on or latest is None or latest.state == BackupState.RUNNING:
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
