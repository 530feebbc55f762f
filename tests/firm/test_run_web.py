"""The web server of an installation on servers, as a process of its own: it ends, or it loses nothing."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import call_command
from wagtail.models import Site

from firm.server.processes import Server
from tests.factories import FirmSettingsFactory
from tests.firm.settings.test_production import SAFE

COMMAND = f"exec {sys.executable} manage.py run_web"
ASK = b"GET /healthz HTTP/1.1\r\nHost: law.example\r\nConnection: close\r\n\r\n"


def environment(folder, **changed) -> dict:
    values = SAFE | {
        "DJANGO_SETTINGS_MODULE": "firm.settings.production",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "DATA_DIR": str(folder),
        "PATH": os.environ["PATH"],
        "WEB_CONCURRENCY": "1",
    }
    return values | changed


@contextmanager
def listening():
    """A socket that outlives the servers, as systemd keeps one."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener


@contextmanager
def served(listener, folder, **changed):
    """A server that was handed the socket."""
    process = subprocess.Popen(
        ["sh", "-c", f"LISTEN_FDS=1 LISTEN_PID=$$ {COMMAND}"],
        env=environment(folder, **changed),
        cwd=settings.BASE_DIR,
        pass_fds=[3],
        preexec_fn=lambda: os.dup2(listener.fileno(), 3),
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def connect(listener) -> socket.socket:
    return socket.create_connection(listener.getsockname(), timeout=60)


def answer(connection) -> bytes:
    parts = []
    while part := connection.recv(4096):
        parts.append(part)
    return b"".join(parts)


def ask(listener) -> bytes:
    with connect(listener) as connection:
        connection.sendall(ASK)
        return answer(connection)


@pytest.mark.parametrize(
    ("changed", "said"), [({"SECRET_KEY": "short"}, "SECRET_KEY"), ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY")]
)
def test_a_wrong_setting_ends_it_before_it_listens(tmp_path, changed, said):
    process = subprocess.run(
        ["sh", "-c", f"{COMMAND} --port 1"],
        env=environment(tmp_path, **changed),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 1
    assert said in process.stderr.splitlines()[-1]


def test_a_taken_port_ends_it(tmp_path):
    with listening() as listener:
        process = subprocess.run(
            ["sh", "-c", f"{COMMAND} --port {listener.getsockname()[1]}"],
            env=environment(tmp_path),
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert process.returncode == 1
    assert "in use" in process.stderr


def test_a_request_in_hand_is_answered_after_the_server_was_told_to_stop(tmp_path):
    with listening() as listener, served(listener, tmp_path) as process:
        assert ask(listener).startswith(b"HTTP/1.1 200")
        with connect(listener) as connection:
            connection.sendall(ASK[:30])
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            time.sleep(1)
            connection.sendall(ASK[30:])
            assert answer(connection).startswith(b"HTTP/1.1 200")
        assert process.wait(30) == 0


def test_who_comes_while_a_server_stops_is_refused_at_once_and_can_ask_another(tmp_path):
    """Where no socket is handed over. A proxy asks the next server only for a connection that was refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = probe.getsockname()
    command = f"{COMMAND} --port {address[1]}"
    process = subprocess.Popen(["sh", "-c", command], env=environment(tmp_path), cwd=settings.BASE_DIR)
    try:
        first = _first_connection(address)
        with first:
            first.sendall(ASK[:30])
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            time.sleep(1)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address, timeout=5)
            first.sendall(ASK[30:])
            assert answer(first).startswith(b"HTTP/1.1 200")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def _first_connection(address) -> socket.socket:
    deadline = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(address, timeout=60)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "It did not start"
            time.sleep(0.1)


def test_a_request_between_two_servers_waits_for_the_second(tmp_path):
    with listening() as listener:
        with served(listener, tmp_path) as process:
            assert ask(listener).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        with connect(listener) as waiting:
            waiting.sendall(ASK)
            with served(listener, tmp_path):
                assert answer(waiting).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("missing", [True, False])
def test_the_error_page_is_noted_on_this_machine(db, settings, tmp_path, monkeypatch, missing):
    settings.DATA_DIR = tmp_path
    if not missing:
        FirmSettingsFactory(site=Site.objects.get(is_default_site=True), firm_name="Here & Now")
        (tmp_path / "error-page.json").unlink(missing_ok=True)
    monkeypatch.setattr(Server, "run", lambda self: None)
    monkeypatch.setattr("firm.management.commands.run_web.connections.close_all", lambda: None)
    call_command("run_web")
    assert (tmp_path / "error-page.json").exists() is not missing


@pytest.mark.parametrize(("host", "bound"), [("0.0.0.0", "0.0.0.0:8123"), ("::1", "[::1]:8123")])
def test_the_server_listens_where_it_is_told(db, monkeypatch, host, bound):
    started = []
    monkeypatch.setattr(Server, "run", lambda self: started.append(self.cfg))
    monkeypatch.setattr("firm.management.commands.run_web.connections.close_all", lambda: None)
    call_command("run_web", "--host", host, "--port", "8123")
    [cfg] = started
    assert cfg.bind == [bound]
    assert cfg.preload_app
    assert not cfg.reuse_port  # two servers at one address would each lose what the other's queue holds
    assert cfg.max_requests == 0
