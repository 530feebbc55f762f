"""The site itself, as ``make run`` serves it, with its state in a folder of the bench."""

import contextlib
import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import say
from bench.running import environment, last_line, running
from bench.table import CannotMeasure

ROOT = Path(__file__).resolve().parents[1]
STAMP = "bench.stamp"
POST = "/blog/after-a-federal-arrest-step-by-step/"
LOAD = ("load_demo",)
#: As `make run` does it, with pictures made and background tasks done, so that nothing is left while it is measured.
STEPS = (
    ("migrate", "--no-input", "-v", "0"),
    ("collectstatic", "--no-input", "-v", "0"),
    LOAD,
    ("prepare_pictures",),
    ("db_worker", "--backend", "worker", "--queue-name", "*", "--no-reload", "--batch", "-v", "0"),
)


@dataclass(frozen=True)
class DemoSite:
    """An installation in ``folder``, made on first use and reused."""

    folder: Path
    port: int
    posts: int = 0
    requests: int = 0

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of it runs with."""
        return environment(
            DJANGO_SETTINGS_MODULE="firm.settings.local",
            DATA_DIR=str(self.folder),
            PORT=str(self.port),
            DEMO_PASSWORD="only-to-measure",
        )

    def prepare(self) -> None:
        """Fill it to its size, unless that is done. Raises `CannotMeasure` when it cannot be."""
        stamp, current = self.folder / STAMP, f"{fingerprint()} {self.posts} {self.requests}"
        if stamp.exists() and stamp.read_text() == current:
            return
        say(f"preparing the site in {self.folder}: {self.posts:,} posts and {self.requests:,} requests on top")
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "prepare.log"
        for command in STEPS:
            words = [sys.executable, "manage.py", *command]
            if command == LOAD:
                words += ["--posts", str(self.posts), "--requests", str(self.requests)]
            with log.open("ab") as output:
                done = subprocess.run(
                    words, cwd=ROOT, env=self.environment, stdout=output, stderr=subprocess.STDOUT, check=False
                )
            if done.returncode:
                raise CannotMeasure(f"the site could not be prepared: {last_line(log)}")
        with contextlib.closing(sqlite3.connect(self.folder / "db.sqlite3")) as database:
            database.execute("ANALYZE")
        stamp.write_text(current)

    @contextlib.contextmanager
    def served(self) -> Iterator[subprocess.Popen]:
        """Serve it as ``make run`` does."""
        self.prepare()
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        log = self.folder / "server.log"
        with running(command, log=log, cwd=ROOT, env=self.environment, address=f"{self.address}/") as process:
            yield process


def fingerprint() -> str:
    """Return a digest of what a database made earlier depends on: the migrations and the demo's texts."""
    digest = hashlib.sha256()
    for pattern in ("*/migrations/*.py", "*/demo_content/**/*.toml", "*/demo/content/**/*.toml"):
        for path in sorted(ROOT.glob(pattern)):
            if not path.is_relative_to(ROOT / "var"):
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
