"""Processes are tended: they share a socket, come back when they end, and end together."""

import os
import signal
import socket

import pytest
from django.core.management import CommandError

from firm.server.processes import Supervisor, bind, handed_over, number_of_processes
from firm.settings.environment import SettingError


class Child:
    """A process that has ended, or runs until it is told to end."""

    def __init__(self, *, is_running: bool) -> None:
        self.is_running = is_running

    def is_alive(self) -> bool:
        return self.is_running

    def terminate(self) -> None:
        self.is_running = False


@pytest.fixture
def supervisor(monkeypatch):
    """One that looks at once; signals are set back afterwards."""
    monkeypatch.setattr("firm.server.processes.CHECK_EVERY", 0)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield Supervisor()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_child_that_ends_is_started_again(supervisor, capsys):
    started = []

    def start():
        started.append(1)
        if len(started) == 3:
            supervisor.stopping.set()
            return Child(is_running=True)
        return Child(is_running=False)

    supervisor.start("worker", start)
    assert not supervisor.are_all_running
    supervisor.watch()
    assert len(started) == 3
    assert supervisor.are_all_running
    assert capsys.readouterr().err == "The worker ended; starting it again.\n" * 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all(supervisor, number):
    children = [Child(is_running=True), Child(is_running=True)]
    for place, child in enumerate(children):
        supervisor.start(str(place), lambda child=child: child)
    os.kill(os.getpid(), number)
    supervisor.watch()
    supervisor.end()
    assert not any(child.is_alive() for child in children)


def test_a_taken_port_is_said():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CommandError, match=r"Port \d+ is taken"):
            bind("127.0.0.1", other.getsockname()[1])


def test_a_port_is_taken_before_anybody_is_listened_to():
    with bind("127.0.0.1", 0) as taken, pytest.raises(ConnectionRefusedError):
        socket.create_connection(taken.getsockname(), timeout=10)


@pytest.mark.parametrize(("pid", "count"), [("", ""), ("1", "1"), ("ours", "2")])
def test_sockets_of_others_are_left_alone(monkeypatch, pid, count):
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()) if pid == "ours" else pid)
    monkeypatch.setenv("LISTEN_FDS", count)
    assert handed_over() is None


def test_no_process_at_all_is_refused(monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "0")
    with pytest.raises(SettingError, match="WEB_CONCURRENCY"):
        number_of_processes()
