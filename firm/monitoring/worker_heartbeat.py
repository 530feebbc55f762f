"""The worker's heartbeat: every 15 seconds it writes which jobs it has run, and their results."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from firm.models import JobRun

#: Seconds between two heartbeats, and after how many the worker counts as dead.
BEAT, DEAD_AFTER = 15, 120
#: The heartbeat's own row among the job runs.
NAME = "worker heartbeat"
_COLUMNS = ("every", "finished_at", "took", "failures", "error")


@dataclass
class JobLog:
    """The runs since the last heartbeat; shared by threads."""

    _runs: dict[str, JobRun] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_tidied: bool = False

    def note(self, name: str, every: int, took: float, error: Exception | None) -> None:
        """Record a run in memory; the next heartbeat writes it."""
        with self._lock:
            failures = self._failures[name] = self._failures.get(name, 0) + 1 if error else 0
            kind = type(error).__name__[:100] if error else ""
            self._runs[name] = JobRun(
                name=name, every=every, finished_at=timezone.now(), took=took, failures=failures, error=kind
            )

    def write(self, names: Iterable[str]) -> None:
        """Write the recorded runs and the heartbeat. The first time, delete jobs that are not in ``names``."""
        self.note(NAME, BEAT, 0.0, None)
        with self._lock:
            runs, self._runs = self._runs, {}
        try:
            JobRun.objects.bulk_create(
                runs.values(), update_conflicts=True, unique_fields=["name"], update_fields=_COLUMNS
            )
            if not self._is_tidied:
                JobRun.objects.exclude(name__in=[NAME, *names]).delete()
                self._is_tidied = True
        except Exception:
            with self._lock:
                self._runs = runs | self._runs
            raise


job_log = JobLog()
