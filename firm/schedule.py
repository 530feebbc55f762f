"""The worker's scheduled jobs. An app adds its own with `every` in a module ``schedule_entries``."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections
from django.utils.module_loading import autodiscover_modules

from firm.monitoring.tls_expiry import measure_certificate
from firm.monitoring.worker_heartbeat import BEAT, job_log
from firm.page_cache.cdn import EVERY, purger
from firm.page_cache.invalidation import clear_marks

logger = logging.getLogger(__name__)


@dataclass
class Entry:
    """A job and the seconds between the starts of two runs; with ``alone`` it has a thread of its own."""

    name: str
    seconds: int
    job: Callable[[], object]
    alone: bool = False
    due: float = 0.0


#: How often a thread checks for due jobs, in seconds.
TICK = 5
_entries: dict[str, Entry] = {}


def every(seconds: int, name: str, job: Callable[[], object], *, alone: bool = False) -> None:
    """Run ``job`` every ``seconds``; the first time soon after the worker starts.

    Jobs run one after the other. A slow one, such as one that waits for another machine, should be ``alone``: in a
    thread of its own, so that it does not delay the others.
    """
    _entries[name] = Entry(name, seconds, job, alone)


def clocks() -> list[list[Entry]]:
    """Return the entries by thread: first those that share one, then each that has its own."""
    shared = [entry for entry in _entries.values() if not entry.alone]
    return [shared, *([entry] for entry in _entries.values() if entry.alone)]


def run_due(now: float, entries: Iterable[Entry] | None = None) -> list[str]:
    """Run the jobs that are due at ``now`` (monotonic seconds); return their names. Failures are logged.

    Without ``entries``, the jobs of all threads run one after the other.
    """
    ran = []
    for entry in _entries.values() if entries is None else entries:
        if entry.due > now:
            continue
        entry.due = now + entry.seconds
        ran.append(entry.name)
        close_old_connections()
        begun, failure = time.monotonic(), None
        try:
            entry.job()
        except Exception as error:
            failure = error
            logger.exception("The scheduled job %s failed", entry.name)
        finally:
            close_old_connections()
        job_log.note(entry.name, entry.seconds, time.monotonic() - begun, failure)
    return ran


def start(stopped: threading.Event | None = None) -> list[threading.Thread]:
    """Start the threads; they end with the process, or after the current job when ``stopped`` is set."""
    autodiscover_modules("schedule_entries")
    stopped = stopped or threading.Event()
    threads = [
        threading.Thread(target=_run, args=(entries, stopped), name=f"schedule {number}", daemon=True)
        for number, entries in enumerate(clocks())
    ]
    for thread in threads:
        thread.start()
    return threads


def _run(entries: list[Entry], stopped: threading.Event) -> None:
    pause = min([TICK, *(entry.seconds for entry in entries)])
    while not stopped.is_set():
        run_due(time.monotonic(), entries)
        stopped.wait(pause)


every(60, "publish scheduled pages", lambda: call_command("publish_scheduled"))
every(
    24 * 3600, "delete finished tasks", lambda: call_command("prune_db_task_results", "--backend", "worker", "-v", "0")
)
every(3600, "delete old marks of changes", clear_marks)
every(BEAT, "write the heartbeat", lambda: job_log.write(_entries), alone=True)
every(6 * 3600, "check the certificate", measure_certificate, alone=True)
if settings.WAGTAILFRONTENDCACHE:
    every(EVERY, "tell the CDN of changes", purger.check, alone=True)
