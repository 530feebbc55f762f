"""Load from wrk, and what it reports."""

import re
import shutil
import subprocess
from dataclasses import dataclass

from bench.table import CannotMeasure

ENCODING = "Accept-Encoding: gzip, deflate, br, zstd"  # what browsers say
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_RATE = re.compile(r"^Requests/sec:\s+([\d.]+)", re.MULTILINE)
_PERCENTILE = re.compile(r"^\s+(50|75|90|99)(?:\.0+)?%\s+([\d.]+)(us|ms|s|m|h)", re.MULTILINE)
_TROUBLE = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")


@dataclass(frozen=True)
class Load:
    """The result of a run of wrk: responses a second, seconds by percentile, and errors."""

    rate: float
    latency: dict[int, float]
    failures: int


def read(text: str) -> Load:
    """Return what wrk printed with ``--latency``. Raises `ValueError` for anything else."""
    rate = _RATE.search(text)
    if not rate:
        raise ValueError("this is no report of wrk")
    trouble, refused = _TROUBLE.search(text), _REFUSED.search(text)
    failures = sum(map(int, trouble.groups())) if trouble else 0
    failures += int(refused.group(1)) if refused else 0
    latency = {int(share): float(value) * SECONDS[unit] for share, value, unit in _PERCENTILE.findall(text)}
    return Load(float(rate.group(1)), latency, failures)


def command(url: str, *, connections: int, seconds: float) -> list[str]:
    """Return the command for one run on one thread. Raises `CannotMeasure` without wrk."""
    program = shutil.which("wrk")
    if not program:
        raise CannotMeasure("wrk is not installed (Debian: apt-get install wrk)")
    length = f"{max(1, round(seconds))}s"
    return [program, "--latency", "-t1", f"-c{connections}", f"-d{length}", "-H", ENCODING, url]


def load(url: str, *, connections: int, seconds: float) -> Load:
    """Request ``url`` as fast as possible. Raises `CannotMeasure` when responses fail."""
    done = subprocess.run(
        command(url, connections=connections, seconds=seconds), capture_output=True, text=True, check=True
    )
    found = read(done.stdout)
    if found.failures:
        raise CannotMeasure(f"{found.failures} answers of {url} failed under load")
    return found
