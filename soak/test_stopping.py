"""A web server that is told to stop loses no request, with a socket that outlives it and without one."""

import signal
import socket
import subprocess
import time

import pytest
from django.conf import settings

from tests.firm.server.test_run_web import ASK, COMMAND, answer, ask, connect, environment, listening, served


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
