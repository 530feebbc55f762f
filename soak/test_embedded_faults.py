"""The embedded server on SQLite with a full disk, with a locked database, and stopped while it works."""

import contextlib
import itertools
import resource
import signal
import socket
import sqlite3
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from soak.running import busy, handed_over, wait_until
from soak.senders import Visitor, send_until_acknowledged

TYPED = {"message": "They took my brother this morning."}
NO_ROOM = 1024


@pytest.fixture
def visitor(embedded):
    """A visitor who opened the form before anything went wrong."""
    one = Visitor(embedded.port, embedded.site)
    one.open()
    return one


@contextlib.contextmanager
def without_room(embedded):
    """No process of the site can let a file grow: as on a full disk, even for root."""
    pids = [embedded.worker, *embedded.server_processes]
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_, most) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (NO_ROOM, most))
    try:
        yield
    finally:
        for pid, limits in before.items():
            with contextlib.suppress(ProcessLookupError):  # a worker that could not go on was started again
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@contextlib.contextmanager
def locked(embedded):
    """Another connection holds the write lock. Yields a function that releases it."""
    other = sqlite3.connect(embedded.folder / "db.sqlite3", timeout=60, isolation_level=None, check_same_thread=False)
    with contextlib.closing(other):
        other.execute("BEGIN IMMEDIATE")
        yield lambda: other.in_transaction and other.execute("ROLLBACK")


def assert_not_saved(reply) -> None:
    """An honest answer: not saved, all that was typed, and the number to call."""
    assert reply.status == 503
    assert "We could not save your request" in reply.text
    assert TYPED["message"] in reply.text
    assert 'href="tel:' in reply.text
    assert reply.headers["retry-after"] == "30"
    assert not any("consultation=" in cookie for cookie in reply.cookies)


def test_a_full_disk_takes_no_form_and_says_so(embedded, visitor):
    before, token = embedded.tell("requests"), str(uuid.uuid4())
    with without_room(embedded):
        assert_not_saved(visitor.send(token, **TYPED))
        for path in ("/", "/blog/", "/free-consultation/?fresh=1", "/search/?q=post"):
            assert visitor.ask(path=path).status == 200, path
        health = embedded.health()
        assert (health.status, '"failed": ["disk"]' in health.text) == (503, True), health.text
        assert embedded.tell("requests") == before
    wait_until(embedded.is_ready, 30)
    assert visitor.send(token, **TYPED).status == 303
    assert embedded.tell("requests") == before + 1


def test_a_locked_database_is_waited_for_a_while_and_then_told(embedded, visitor):
    before, token = embedded.tell("requests"), str(uuid.uuid4())
    with locked(embedded):
        begun = time.monotonic()
        assert_not_saved(visitor.send(token, **TYPED))
        assert 5 < time.monotonic() - begun < 18  # not as long as the worker waits: 20 s
        assert visitor.ask(path="/").status == visitor.ask(path="/search/?q=post").status == 200
        assert embedded.health().status == 200
    assert visitor.send(token, **TYPED).status == 303
    assert embedded.tell("requests") == before + 1


def test_a_lock_that_is_let_go_in_time_is_not_noticed(embedded, visitor):
    with locked(embedded) as let_go:
        timer = threading.Timer(2, let_go)
        timer.start()
        assert visitor.send(str(uuid.uuid4()), **TYPED).status == 303
        timer.join()


def test_who_was_sending_when_it_is_told_to_stop_is_still_thanked(embedded, visitor):
    before = embedded.tell("requests")
    with ThreadPoolExecutor(4) as hands, locked(embedded) as let_go:
        sending = [hands.submit(visitor.send, str(uuid.uuid4()), **TYPED) for _ in range(4)]
        time.sleep(1.5)  # they wait for the lock
        assert not any(one.done() for one in sending)
        embedded.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        let_go()
        assert [one.result().status for one in sending] == [303] * 4
    assert embedded.process.wait(60) == 0
    embedded.start()
    assert embedded.tell("requests") == before + 4


def test_a_release_drops_no_request_where_the_socket_stays(embedded):
    """Forms and pages are requested without a pause while one server stops and the next one starts."""
    numbers, sent, pages = itertools.count(), [], []
    with embedded.stopped(), socket.socket() as listener, contextlib.ExitStack() as servers:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", embedded.port))
        listener.listen(2048)
        process = servers.enter_context(handed_over(listener, embedded.environment))
        visitor = Visitor(embedded.port, embedded.site)
        visitor.open()

        def send() -> None:
            sent.append(send_until_acknowledged(visitor, next(numbers), 60))

        def look() -> None:
            pages.append(visitor.ask(path="/search/?q=post").status)

        def wait_for_more() -> None:
            before = len(sent)
            wait_until(lambda: len(sent) > before + 5, 60)

        with busy(send, send, look, look):
            for _ in range(2):
                wait_for_more()
                process.send_signal(signal.SIGTERM)
                assert process.wait(60) == 0
                process = servers.enter_context(handed_over(listener, embedded.environment))
            wait_for_more()
    assert {one.tries for one in sent} == {1}
    assert set(pages) == {200}
