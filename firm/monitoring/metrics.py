"""Metrics for Prometheus: the request counters of this server's processes together, and the health checks.

The processes share counters through files in memory, one set for each server, so that any process can answer for all.
Labels hold no personal data: routes, status classes and names of checks, a bounded set of each.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from firm.monitoring import health
from firm.monitoring.health import UNITS

MEMORY = Path("/dev/shm")  # noqa: S108
PREFIX = "firm-metrics-"
BUCKETS = (0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Meter:
    """The request counters of a server. Created before its processes fork; each process counts in its own files."""

    def __init__(self, folder: Path) -> None:
        self.folder, own = folder, CollectorRegistry()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        values.ValueClass = values.MultiProcessValue()  # as the variable would have it, had it been there before
        self.requests = Counter("firm_requests", "Answers by route and status", ["route", "status"], registry=own)
        self.seconds = Histogram(
            "firm_request_seconds", "Time to answer, by how", ["kind"], buckets=BUCKETS, registry=own
        )
        self.cache = Counter(
            "firm_cache", "Responses from the cache (hit), stored, uncacheable", ["result"], registry=own
        )

    def count(self, route: str, status: str, took: float, how: str) -> None:
        """Count a response. ``status`` is its first digit; ``how`` is what the page cache says of it, or empty."""
        self.requests.labels(route, f"{status}xx").inc()
        self.cache.labels(how or "uncacheable").inc()
        self.seconds.labels(route if route in ("cached", "static") else "made").observe(took)


meter: Meter | None = None


def start_meter() -> Meter | None:
    """Return this server's counters, created on the first call; None without ``METRICS_TOKEN``."""
    global meter
    if meter is None and settings.METRICS_TOKEN:
        meter = Meter(_make_folder())
    return meter


def _make_folder() -> Path:
    """Create the folder of this server's counters, in memory where possible, and delete those of dead processes."""
    parent = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    for old in parent.glob(f"{PREFIX}*"):
        owner = old.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: Path, maker: int) -> None:
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)


class HealthCollector:
    """The health checks as gauges: the value of each, and whether it is bad."""

    def collect(self):
        """Yield the gauges of all checks but costly ones."""
        bad = GaugeMetricFamily(
            "firm_health_bad", "1 when the check needs attention or cannot be read", labels=["name"]
        )
        for reading in health.read(check for check in health.all_checks() if not check.is_costly):
            check = reading.check
            bad.add_metric([check.name], float(reading.is_bad))
            if reading.value is not None:
                name = f"firm_{check.metric or check.name}{UNITS[check.unit]}"
                yield GaugeMetricFamily(name, check.label, value=reading.value)
        yield bad


@require_safe
def metrics(request) -> HttpResponse:
    """The metrics, for clients with ``METRICS_TOKEN`` as a bearer token; 404 for everybody else."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if not settings.METRICS_TOKEN or kind != "Bearer" or not constant_time_compare(token, settings.METRICS_TOKEN):
        raise Http404("No such page")
    registry = CollectorRegistry()
    if meter:
        MultiProcessCollector(registry, str(meter.folder))
    registry.register(HealthCollector())
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers=headers)
