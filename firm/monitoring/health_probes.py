"""Reads the state of the installation: database, worker, cache, disk, certificate, clocks, versions."""

import datetime
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import django
import wagtail
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from firm.models import JobRun, Measurement
from firm.monitoring.tls_expiry import MEASUREMENT
from firm.monitoring.worker_heartbeat import NAME

#: A job is late after three times its interval, but not before this many seconds.
LATE_AFTER = 600
#: The last day of security fixes for a release series; from djangoproject.com/download, Wagtail's release schedule,
#: devguide.python.org/versions.
SUPPORT_ENDS = {
    "Django": {"5.2": datetime.date(2028, 4, 30)},
    "Wagtail": {"7.4": datetime.date(2027, 11, 1)},
    "Python": {"3.11": datetime.date(2027, 10, 31), "3.12": datetime.date(2028, 10, 31)},
}


def age(moment: datetime.datetime | None) -> float | None:
    """Return the seconds since ``moment``; None for None."""
    return None if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def database_size() -> float:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return float(cursor.fetchone()[0])
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return float(cursor.fetchone()[0])


def missing_migrations() -> float:
    executor = MigrationExecutor(connection)
    return float(len(executor.migration_plan(executor.loader.graph.leaf_nodes())))


def clock_difference() -> float | None:
    """Return the difference between the database server's clock and ours in seconds; None on SQLite."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return abs(float(cursor.fetchone()[0]) - time.time())


def heartbeat_age() -> float | None:
    """Return the seconds since a worker was last seen; absolute, since the clock may have been put back."""
    seen = JobRun.objects.filter(name=NAME).values_list("finished_at", flat=True).first()
    return None if seen is None else abs((timezone.now() - seen).total_seconds())


def late_jobs() -> float:
    rows = JobRun.objects.values_list("finished_at", "every")
    return float(sum(is_late(finished_at, every) for finished_at, every in rows))


def is_late(finished_at: datetime.datetime, every: int) -> bool:
    return age(finished_at) > max(3 * every, LATE_AFTER)


def failing_jobs() -> float:
    return float(JobRun.objects.filter(failures__gt=0).count())


def failed_tasks() -> float:
    since = timezone.now() - datetime.timedelta(days=1)
    return float(DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gte=since).count())


def oldest_task() -> float:
    """Return how many seconds the oldest background task has waited; 0 for an empty queue."""
    waiting = DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", flat=True)
    return age(waiting.first()) or 0.0


def disk_free() -> float:
    return float(shutil.disk_usage(_existing(settings.DATA_DIR)).free)


def can_grow(size: int) -> bool:
    """Whether the database's file can grow by ``size`` bytes; tried, since a quota may end before the disk does."""
    try:
        with tempfile.TemporaryFile(dir=_existing(Path(settings.DATABASES["default"]["NAME"]).parent)) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError:
        return False
    return True


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())


def certificate_days() -> float | None:
    """Return the days until the certificate expires, as last measured by the worker; None without TLS."""
    if not settings.IS_HTTPS:
        return None
    return Measurement.objects.filter(name=MEASUREMENT).values_list("value", flat=True).first()


def versions() -> list[tuple[str, str, datetime.date | None]]:
    """Return name, version and end of support (None when unknown) of Django, Wagtail and Python."""
    installed = {
        "Django": django.get_version(),
        "Wagtail": wagtail.__version__,
        "Python": "{}.{}.{}".format(*sys.version_info[:3]),
    }
    return [
        (name, version, SUPPORT_ENDS[name].get(".".join(version.split(".")[:2]))) for name, version in installed.items()
    ]


def support_days() -> float | None:
    ends = [end for _, _, end in versions() if end]
    return float((min(ends) - timezone.localdate()).days) if ends else None
