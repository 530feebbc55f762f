"""A PostgreSQL of the bench's own, as durable as one that is installed: with ``fsync``."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.table import CannotMeasure

ACCOUNT = "postgres"


def binaries() -> Path:
    """Return the folder of the newest that is installed. Raises `CannotMeasure` when none is."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: _number(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise CannotMeasure("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return found[-1].parent if found else Path(on_path).parent


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text) or 0)


@contextlib.contextmanager
def postgres(port: int) -> Iterator[str]:
    """Run an empty server until the block ends; yields the ``DATABASE_URL``."""
    programs, folder = binaries(), Path(tempfile.mkdtemp(prefix="bench-pg."))
    data = folder / "data"
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, ACCOUNT)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c shared_buffers=128MB"
    try:
        _run(programs / "initdb", "-D", data, "-U", "firm", "-A", "trust", "-E", "UTF8", "--locale=C")
        _run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-s", "-w", "start")
        yield f"postgres://firm@127.0.0.1:{port}/postgres"
    finally:
        with contextlib.suppress(CannotMeasure):
            _run(programs / "pg_ctl", "-D", data, "-m", "fast", "-s", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", ACCOUNT, "--", *words]
    # pg_ctl hands its output to the server that it starts, so nothing may wait for the end of it.
    done = subprocess.run(words, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise CannotMeasure(f"{' '.join(words[-6:])} ended with {done.returncode}")
