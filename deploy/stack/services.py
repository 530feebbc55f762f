"""The processes of the stack, each started again when it ends."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deploy.stack.setup import FOLDER, IS_ROOT, ROOT, environment, fail, program

HOLD = FOLDER / "hold"
STOP_TIMEOUT = 40
#: Something that ends as often before it has answered once does not start.
MOST_STARTS = 6
#: Seconds that anything may take to start; only the death of a process says before that it will not.
START_TIMEOUT = 1800
PR_SET_PDEATHSIG = 1


class Service:
    """A process that is started again when it ends, unless it is held."""

    def __init__(
        self, name: str, command: list[str], *, account: str = "", env: dict | None = None, end=signal.SIGTERM
    ):
        self.name, self.command, self.env, self.end = name, command, env, end
        self.account = {"user": account, "group": account, "extra_groups": []} if account and IS_ROOT else {}
        self.process: subprocess.Popen | None = None
        self.not_before, self.starts = 0.0, 0

    @property
    def log(self) -> Path:
        return FOLDER / "logs" / f"{self.name}.log"

    def start(self) -> None:
        """Start it, its output going to a log."""
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT if self.env else "/",
                env=self.env or dict(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self._end_with_us,
                **self.account,
            )

    def _end_with_us(self) -> None:
        """In the new process: ask Linux to end it when the supervisor is killed."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, self.end)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def supervise(self) -> None:
        """Start it again half a second after its end; end it while it is held."""
        if (HOLD / self.name).exists():
            self.stop()
        elif not self.is_running and time.monotonic() > self.not_before:
            self.not_before = time.monotonic() + 0.5
            self.start()

    def stop(self) -> None:
        if self.process is None:
            return
        if self.is_running:
            self.process.send_signal(self.end)
            try:
                self.process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process = None


def stores(known: dict) -> list[Service]:
    """Return PostgreSQL, with its folder made on first use."""
    data = FOLDER / "postgresql"
    if not (data / "PG_VERSION").exists():
        data.mkdir(mode=0o700, exist_ok=True)
        account = {"user": "postgres", "group": "postgres", "extra_groups": []} if IS_ROOT else {}
        if IS_ROOT:
            shutil.chown(data, "postgres", "postgres")
        command = [program("initdb"), "-D", str(data), "-U", "firm", "-A", "trust", "-E", "UTF8", "--locale=C"]
        done = subprocess.run([*command, "--no-sync"], cwd="/", capture_output=True, text=True, **account)
        if done.returncode:
            fail(f"PostgreSQL cannot store its data in {data} (STACK_DIR names another place): {done.stderr.strip()}")
    options = {"port": known["database"], "listen_addresses": "127.0.0.1", "unix_socket_directories": str(data)}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [
        Service("postgresql", [program("postgres"), "-D", str(data), *settings], account="postgres", end=signal.SIGINT),
    ]


def servers(known: dict) -> list[Service]:
    env = environment(known)
    web, web_env = [sys.executable, "manage.py", "run_web"], env | {"DATABASE_STATEMENT_SECONDS": "30"}
    return [
        *(Service(name, [*web, "--port", str(known[name])], env=web_env) for name in ("server-1", "server-2")),
        Service("worker", [sys.executable, "manage.py", "run_worker"], env=env),
        Service("nginx", [program("nginx"), "-c", str(FOLDER / "nginx" / "nginx.conf")]),
    ]


def wait_for(check: Callable[[], bool], *services: Service) -> None:
    """Wait until ``check()`` is true; fail with the end of the log of a service that ends again and again."""
    deadline = time.monotonic() + START_TIMEOUT
    while not check():
        for service in services:
            service.supervise()
            if service.starts > MOST_STARTS or time.monotonic() > deadline:
                told = "\n".join(service.log.read_text(errors="replace").splitlines()[-15:])
                fail(f"{service.name} does not start. The end of {service.log}:\n{told}")
        time.sleep(0.1)
