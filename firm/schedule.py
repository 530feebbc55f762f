"""What the worker does by the clock. An app adds its own entries with `every` in a module ``schedule_entries``."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command
from django.db import close_old_connections
from django.utils.module_loading import autodiscover_modules

logger = logging.getLogger(__name__)


@dataclass
class Entry:
    """A job and how many seconds lie between the starts of two runs."""

    name: str
    seconds: int
    job: Callable[[], object]
    due: float = 0.0


_entries: dict[str, Entry] = {}


def every(seconds: int, name: str, job: Callable[[], object]) -> None:
    """Run ``job`` every ``seconds``; the first time soon after the worker starts."""
    _entries[name] = Entry(name, seconds, job)


def run_due(now: float) -> list[str]:
    """Run the jobs that are due at ``now`` (monotonic seconds); return their names. A job's failure is logged."""
    ran = []
    for entry in _entries.values():
        if entry.due > now:
            continue
        entry.due = now + entry.seconds
        ran.append(entry.name)
        close_old_connections()
        try:
            entry.job()
        except Exception:
            logger.exception("The scheduled job %s failed", entry.name)
        finally:
            close_old_connections()
    return ran


def start() -> threading.Thread:
    """Start the clock in a thread that ends with the process."""
    autodiscover_modules("schedule_entries")
    thread = threading.Thread(target=_run, name="schedule", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    while True:
        run_due(time.monotonic())
        time.sleep(5)


every(60, "publish scheduled pages", lambda: call_command("publish_scheduled"))
every(
    24 * 3600, "forget finished tasks", lambda: call_command("prune_db_task_results", "--backend", "worker", "-v", "0")
)
