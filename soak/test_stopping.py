"""A web server that is stopped loses no request, with a socket that outlives it and without one."""

import contextlib
import signal
import socket
import subprocess
import time

import pytest

from soak.running import ROOT, handed_over
from tests.firm.server.test_run_web import COMMAND, environment, listening

ASK = b"GET /healthz HTTP/1.1\r\nHost: law.example\r\nConnection: close\r\n\r\n"


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


def test_a_request_in_hand_is_answered_after_the_server_was_told_to_stop(tmp_path):
    with listening() as listener, handed_over(listener, environment(tmp_path)) as process:
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
    """Without a shared socket, a proxy asks the next server only when a connection is refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = probe.getsockname()
    process = subprocess.Popen(["sh", "-c", f"{COMMAND} --port {address[1]}"], env=environment(tmp_path), cwd=ROOT)
    try:
        with _first_connection(address) as first:
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
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError):
            return socket.create_connection(address, timeout=60)
        time.sleep(0.1)
    raise AssertionError("It did not start")


def test_a_request_between_two_servers_waits_for_the_second(tmp_path):
    with listening() as listener:
        with handed_over(listener, environment(tmp_path)) as process:
            assert ask(listener).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        with connect(listener) as waiting:
            waiting.sendall(ASK)
            with handed_over(listener, environment(tmp_path)):
                assert answer(waiting).startswith(b"HTTP/1.1 200")
