"""A running stack, as its tests see it."""

import contextlib
import gzip
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parents[1]


class Reply:
    """A response: status, headers by lower-case name, text."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        self.body = answer.read()

    @property
    def text(self) -> str:
        """The body, unpacked."""
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(self.headers.get("content-encoding"), bytes)
        return unpack(self.body).decode()


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(number) for number in path.read_text().split()]
    return found


@dataclass(frozen=True)
class Front:
    """What a test talks to: a port of loopback, the folder of uploads, and the processes behind it.

    ``answering`` run the application; ``temporary`` are nginx's own folders.
    """

    port: int
    host: str
    media: Path
    processes: Callable[[], list[int]]
    answering: Callable[[], list[int]]
    temporary: tuple[Path, ...] = ()

    @contextlib.contextmanager
    def without_temporary_files(self):
        """Within the block, nginx cannot write to its folders."""
        for folder in self.temporary:
            folder.chmod(0)
        try:
            yield
        finally:
            for folder in self.temporary:
                folder.chmod(0o700)


class Editor:
    """`soak.editor` as a process of its own."""

    def __init__(self, environment: dict) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "soak.editor"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End it."""
        self._process.stdin.close()
        self._process.wait(60)

    def tell(self, verb: str, **given):
        """Have the editor do something; return its result. It is committed when this returns."""
        self._process.stdin.write(json.dumps([verb, given]) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("@"):
                answer = json.loads(line[1:])
                assert "error" not in answer, answer
                return answer["answer"]
        raise AssertionError("The editor has ended")


class Stack:
    """Sends requests to nginx and each server, stops and starts services, and commands the editor."""

    def __init__(self, folder: Path, order) -> None:
        self.folder, self.order = folder, order
        self.known = json.loads((folder / "stack.json").read_text())
        self.host = f"127.0.0.1:{self.known['port']}"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "firm.settings.production",
            "SECRET_KEY": self.known["secret_key"],
            "FIELD_ENCRYPTION_KEYS": self.known["field_key"],
            "SITE_URL": f"https://{self.host}",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "DATABASE_URL": f"postgres://firm@127.0.0.1:{self.known['database']}/postgres",
            "EMAIL_URL": f"filemail:///{folder / 'data' / 'mail'}",
            "DEFAULT_FROM_EMAIL": "website@example.com",
            "DATA_DIR": str(folder / "data"),
        }
        self._editor = Editor(environment)
        self.tell = self._editor.tell

    def close(self) -> None:
        """End the editor."""
        self._editor.close()

    def ask(self, path="/", at="plain", method="GET", body=None, **headers) -> Reply:
        """Ask nginx (``plain``) or a server (``server-1``), as a browser does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.known[at], timeout=30)
        sent = {"Host": self.host, "Accept-Encoding": "gzip, br", "X-Forwarded-Proto": "https"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return Reply(connection.getresponse())

    @property
    def front(self) -> Front:
        def below(*names: str) -> list[int]:
            found = [child for name in names for child in children(self.pid(name))]
            return [pid for pid in found if b"nginx: cache" not in Path(f"/proc/{pid}/cmdline").read_bytes()]

        return Front(
            port=self.known["plain"],
            host=self.host,
            media=self.folder / "data" / "media",
            processes=lambda: below("server-1", "server-2", "nginx"),
            answering=lambda: below("server-1", "server-2"),
            temporary=tuple((self.folder / "nginx" / "temporary").iterdir()),
        )

    # --- Services ---------------------------------------------------------------------------------

    def pid(self, name: str) -> int:
        """Return the id of a service's process."""
        return json.loads((self.folder / "running.json").read_text())[name]

    def kill(self, name: str) -> None:
        """Kill a service and all its processes; the supervisor starts it again."""
        os.killpg(self.pid(name), signal.SIGKILL)

    def restart(self, name: str) -> None:
        """End a service as a release does, and wait until the supervisor has started it again and it answers."""
        number = self.pid(name)
        os.kill(number, signal.SIGTERM)
        wait_until(lambda: self.pid(name) != number, 60)
        wait_until(lambda: self.is_ready(name), 60)

    @contextlib.contextmanager
    def without(self, name: str):
        """Kill a service for good: it is not started again."""
        (self.folder / "hold" / name).touch()
        with contextlib.suppress(ProcessLookupError, KeyError):
            self.kill(name)
        wait_until(lambda: name not in json.loads((self.folder / "running.json").read_text()), 10)
        try:
            yield
        finally:
            self.order("start", name)
            self.bring_back()

    def bring_back(self) -> None:
        """Wait until everything runs and answers."""
        names = {"postgresql", "server-1", "server-2", "worker", "nginx"}
        wait_until(lambda: set(json.loads((self.folder / "running.json").read_text())) == names, 30)
        for at in ("server-1", "server-2", "plain"):
            wait_until(lambda at=at: self.is_ready(at), 60)

    def is_ready(self, at: str) -> bool:
        """True when it is ready."""
        try:
            return self.ask("/readyz", at).status == 200
        except OSError:
            return False

    def log_in(self) -> str:
        """Return the cookies of the owner's session."""
        page = self.ask("/admin/login/", Accept_Encoding=None)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        body = f"csrfmiddlewaretoken={token}&username=owner&password={self.known['password']}".encode()
        cookies = "; ".join(cookie.split(";")[0] for cookie in page.cookies)
        kind = "application/x-www-form-urlencoded"
        site = f"https://{self.host}"
        reply = self.ask("/admin/login/", method="POST", body=body, Cookie=cookies, Content_Type=kind, Origin=site)
        assert reply.status == 302, reply.text[:500]
        return "; ".join(cookie.split(";")[0] for cookie in reply.cookies)


def wait_until(check, seconds: float) -> None:
    """Wait until something is true; fail when it takes longer."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "It took too long"
        time.sleep(0.02)


@contextlib.contextmanager
def busy(*tasks):
    """Within the block, repeat each of them in parallel; fail with the first that fails."""
    is_over = threading.Event()

    def repeat(task) -> None:
        while not is_over.is_set():
            task()

    with ThreadPoolExecutor(len(tasks)) as hands:
        working = [hands.submit(repeat, task) for task in tasks]
        try:
            yield
        finally:
            is_over.set()
    for one in working:
        one.result()


@contextlib.contextmanager
def handed_over(listener: socket.socket, env: dict[str, str]):
    """A server that was given the socket, as systemd does at each release."""
    process = subprocess.Popen(
        ["sh", "-c", f"LISTEN_FDS=1 LISTEN_PID=$$ exec {sys.executable} manage.py run_web"],
        cwd=ROOT,
        env=env,
        pass_fds=[3],
        preexec_fn=lambda: os.dup2(listener.fileno(), 3),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
