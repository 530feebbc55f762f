"""The embedded server as ``make run`` starts it, on SQLite with its worker, with the small site of the editor."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

from soak.running import ROOT, Editor, Front, Reply, children, wait_until
from soak.senders import Visitor

INHERITED = {"PATH", "HOME", "LANG", "TZ", "TMPDIR"}


class Embedded:
    """Starts it, kills it and sends requests to it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.site = folder, port, f"http://127.0.0.1:{port}"
        self.environment = {name: value for name, value in os.environ.items() if name in INHERITED} | {
            # With its disk full it would leave compiled modules of others cut off in the middle, where all read them.
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "firm.settings.local",
            "DATA_DIR": str(folder),
            "PORT": str(port),
            "TRUSTED_PROXIES": "127.0.0.1",
            "DEMO_PASSWORD": "not-used-by-this-site",
        }
        self.manage("migrate", "--no-input", "-v", "0")
        editor = Editor(self.environment)
        self.tell, self._let_go = editor.tell, editor.close
        self.tell("fill", password="correct-horse-for-tests")
        self.process: subprocess.Popen | None = None

    def manage(self, *words: str) -> None:
        """Run a command of the site."""
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, check=True)

    def start(self, *, under: tuple[str, ...] = (), command: tuple[str, ...] = ("serve",)) -> None:
        """Start it, if given as a child of another program, and wait until it answers."""
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*under, sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._is_child = bool(under)
        wait_until(self.is_ready, 120)

    @property
    def pid(self) -> int:
        """The process that was started."""
        return children(self.process.pid)[0] if self._is_child else self.process.pid

    def is_ready(self) -> bool:
        """True when it is ready; fails when it has ended."""
        assert self.process.poll() is None, (self.folder / "serve.log").read_text()[-3000:]
        health = self.health()
        return health is not None and health.status == 200

    def health(self) -> Reply | None:
        """Return its own status; None while nothing answers."""
        try:
            return Visitor(self.port, self.site).ask(path="/readyz")
        except (OSError, HTTPException):
            return None

    def close(self) -> None:
        """End it and the editor."""
        if self.process and self.process.poll() is None:
            self.stop()
        self._let_go()

    def stop(self) -> None:
        """End it as systemd does; a program that it is the child of ends with it."""
        os.kill(self.pid, signal.SIGTERM)
        assert self.process.wait(60) == 0

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop it within the block."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @property
    def front(self) -> Front:
        return Front(
            port=self.port,
            host=f"127.0.0.1:{self.port}",
            media=self.folder / "media",
            processes=lambda: children(self.pid),
            answering=lambda: self.server_processes,
        )

    # --- Its processes ----------------------------------------------------------------------------

    @property
    def server_processes(self) -> list[int]:
        """The processes that answer requests."""
        return [child for child in children(self.pid) if os.getpriority(os.PRIO_PROCESS, child) == self._niceness]

    @property
    def worker(self) -> int:
        """The process of the worker, which is nicer than the others."""
        [number] = [child for child in children(self.pid) if os.getpriority(os.PRIO_PROCESS, child) > self._niceness]
        return number

    @property
    def _niceness(self) -> int:
        return os.getpriority(os.PRIO_PROCESS, self.pid)

    def kill_a_server_process(self) -> None:
        """Kill a server process; another one takes its place."""
        wait_until(lambda: len(self.server_processes) == 2, 60)
        os.kill(self.server_processes[0], signal.SIGKILL)

    def kill_worker(self) -> None:
        """Kill the worker; it is started again."""
        wait_until(lambda: len(children(self.pid)) == 3, 60)
        os.kill(self.worker, signal.SIGKILL)

    def kill_everything_and_start_again(self) -> None:
        """Kill all processes at once, and start it as its supervisor would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self.start()
