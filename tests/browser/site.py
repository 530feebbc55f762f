"""Starts the real site as ``make run`` does: `serve` on SQLite with its worker, the demo in a folder of its own."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-for-tests"
UNSET = {"SITE_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL", "HOST"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
    "--disable-quic",
]


@contextmanager
def running_site(data: Path) -> Iterator[str]:
    """Serve the demo with its state in ``data``, its pictures made ready; yield the address. All staff: `PASSWORD`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in UNSET}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "firm.settings.local",
        "DATA_DIR": str(data),
        "PORT": str(port),
        "DEMO_PASSWORD": PASSWORD,
    }
    log = (data / "serve.log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        _wait(process, f"http://127.0.0.1:{port}/healthz", data / "serve.log")
        finish = [sys.executable, "manage.py", "prepare_pictures"]
        subprocess.run(finish, cwd=ROOT, env=environment, check=True, capture_output=True)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(120)
        log.close()


@contextmanager
def copied_site(source: Path, data: Path) -> Iterator[str]:
    """Serve a copy of the state in ``source``, so that what is changed there is seen nowhere else."""
    shutil.copytree(source, data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("db.sqlite3*", "*.log"))
    with (
        closing(sqlite3.connect(source / "db.sqlite3")) as original,
        closing(sqlite3.connect(data / "db.sqlite3")) as copy,
    ):
        original.backup(copy)
    with running_site(data) as address:
        yield address


def _wait(process, url, log_path, seconds=180):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The site ended: {log_path.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The site did not start: {log_path.read_text()[-2000:]}")
