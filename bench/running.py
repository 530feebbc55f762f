"""Processes that a run starts and ends: servers of either side, each in its own process group."""

import contextlib
import http.client
import os
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.table import CannotMeasure

#: What a caller's shell may hold that would make another installation of the one that is measured.
FOREIGN = (
    "ALLOWED_HOSTS", "DATABASE_URL", "DATA_DIR", "DEFAULT_FROM_EMAIL", "DJANGO_SETTINGS_MODULE", "EMAIL_URL",
    "FIELD_ENCRYPTION_KEYS", "HOST", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "PORT", "PYTHONPATH",
    "SECRET_KEY", "SITE_URL", "TRUSTED_PROXIES", "WEB_CONCURRENCY",
)  # fmt: skip
STOP_TIMEOUT = 20


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process: the caller's without settings of the site, and what is given."""
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | more


@contextlib.contextmanager
def running(
    command: list[str],
    *,
    log: Path,
    cwd: Path,
    env: dict[str, str],
    address: str = "",
    seconds: float = 180,
    certificate: Path | None = None,
) -> Iterator[subprocess.Popen]:
    """Run a command until the block ends; with ``address`` the block begins when that answers."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            if address:
                wait_for(address, process=process, seconds=seconds, log=log, certificate=certificate)
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen) -> None:
    """End a process and all that it has started."""
    for number, timeout in ((signal.SIGTERM, STOP_TIMEOUT), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGTERM:
                process.terminate()
            else:
                os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout)


def wait_for(
    address: str, *, process: subprocess.Popen, seconds: float, log: Path, certificate: Path | None = None
) -> float:
    """Wait for a 200 of ``address``; return the seconds that took. Raises `CannotMeasure` when none comes."""
    began = time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if get(address, certificate=certificate)[0] == 200:
                return took
        if process.poll() is not None:
            raise CannotMeasure(f"the server ended with {process.returncode}: {last_line(log)}")
        time.sleep(0.02)
    raise CannotMeasure(f"{address} did not answer within {seconds:.0f} s: {last_line(log)}")


def get(
    address: str, headers: dict[str, str] | None = None, *, certificate: Path | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers (names in lower case) and raw body, without following redirects.

    An address with https is asked when its ``certificate`` is given, and nothing else is trusted.
    """
    scheme, _, rest = address.partition("://")
    host, _, path = rest.partition("/")
    if scheme == "https":
        trusted = ssl.create_default_context(cafile=certificate)
        connection = http.client.HTTPSConnection(host, timeout=60, context=trusted)
    else:
        connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.request("GET", f"/{path}", headers=headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def last_line(log: Path) -> str:
    """Return the last line of a log, to tell why something failed."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return f"{lines[-1].strip()[:300]} ({log})" if lines else f"nothing in {log}"
