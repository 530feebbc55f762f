"""Finished pages are answered without a thread: only for plain requests, and just as all others are answered."""

import multiprocessing
import socket
import time
from contextlib import contextmanager
from io import BytesIO

import pytest
from gunicorn.config import Config
from gunicorn.http import get_parser
from gunicorn.http.wsgi import create

from firm.plain_requests import environ_of
from firm.reading_server import HEAD_SECONDS
from firm.server.processes import SETTINGS, Server

CLIENT, SERVER = ("192.0.2.7", 4711), ("127.0.0.1", 8000)
PLAIN = b"GET /blog/ HTTP/1.1\r\nHost: law.example\r\nAccept-Encoding: gzip, deflate, br, zstd"
LARGE = b"x" * (8 * 1024 * 1024)


def by_gunicorn(head: bytes) -> dict:
    config = Config()
    parser = get_parser(config, BytesIO(), CLIENT)
    parser.unreader.unread(head + b"\r\n\r\n")
    return create(next(parser), socket.socket(), CLIENT, SERVER, config)[1]


@pytest.mark.parametrize(
    "head",
    [
        PLAIN,
        PLAIN.replace(b"/blog/", b"/"),
        PLAIN.replace(b"/blog/", b"/blog/?page=2&utm_source=a%20b"),
        PLAIN + b'\r\nConnection: Keep-Alive\r\nCookie: a=1; b=\xe9\r\nIf-None-Match: "1-2"',
        PLAIN + b"\r\nX-Forwarded-For: 198.51.100.3\r\nX-Forwarded-Proto:\t https \r\nX-Request-ID: 0123456789",
        PLAIN + b"\r\nUser-Agent: Mozilla/5.0 (X11)\r\nSec-Fetch-Site: none\r\nUpgrade-Insecure-Requests: 1\r\nEmpty:",
    ],
)
def test_it_is_read_as_the_server_reads_it(head):
    known = by_gunicorn(head)
    found = environ_of(head, CLIENT, SERVER)
    assert found == {name: known[name] for name in found}
    assert {name for name in known if name.startswith("HTTP_")} == {name for name in found if name.startswith("HTTP_")}


@pytest.mark.parametrize(
    "head",
    [
        PLAIN.replace(b"GET", b"HEAD"),
        PLAIN.replace(b"GET", b"get"),
        PLAIN.replace(b"1.1", b"1.0"),
        PLAIN.replace(b"1.1", b"2.0"),
        PLAIN.replace(b"GET /", b"GET  /"),
        PLAIN.replace(b"/blog/", b"/bl%6fg/"),
        PLAIN.replace(b"/blog/", b"/../blog/"),
        PLAIN.replace(b"/blog/", b"http://law.example/blog/"),
        PLAIN.replace(b"/blog/", b"/blog/?q=a b"),
        PLAIN.replace(b"/blog/", b"/blog/#top"),
        PLAIN.replace(b"/blog/", b"/" + b"a" * 500),
        PLAIN.replace(b"Host: law.example\r\n", b""),
        PLAIN + b"\r\nHost: other.example",
        PLAIN + b"\r\nhost: other.example",
        PLAIN + b"\r\nX_Forwarded_Proto: https",
        PLAIN + b"\r\nX-Name : value",
        PLAIN + b"\r\n folded",
        PLAIN + b"\r\nNo colon",
        PLAIN + b"\r\n: nameless",
        PLAIN + b"\r\nName: a\x00b",
        PLAIN + b"\r\nName: a\rb",
        PLAIN + b"\r\nName: a\nOther: b",
        PLAIN + b"\r\nContent-Length: 0",
        PLAIN + b"\r\nTransfer-Encoding: chunked",
        PLAIN + b"\r\nExpect: 100-continue",
        PLAIN + b"\r\nUpgrade: h2c",
        PLAIN + b"\r\nRange: bytes=0-1",
        PLAIN + b"\r\nConnection: close",
        PLAIN + b"\r\nConnection: keep-alive, Upgrade",
        PLAIN + b"".join(b"\r\nName-%d: 1" % number for number in range(80)),
        b"",
        b"\r\n",
    ],
)
def test_what_is_not_plain_goes_the_whole_way(head):
    assert environ_of(head, CLIENT, SERVER) is None


def test_a_socket_without_addresses_goes_the_whole_way():
    assert environ_of(PLAIN, "", SERVER) is None
    assert environ_of(PLAIN, CLIENT, "/run/firm.sock") is None


# --- With real sockets ----------------------------------------------------------------------------


class Site:
    """Has two answers at hand, and says of all others that it made them."""

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Length", "4")])
        return [b"made"]

    def at_hand(self, environ, start_response):
        body = {"/kept/": b"kept", "/large/": LARGE}.get(environ["PATH_INFO"])
        if body is None:
            return None
        start_response("200 OK", [("Content-Length", str(len(body))), ("X-Request-ID", "1")])
        return [body]


class SiteServer(Server):
    def load(self):
        return Site()


@contextmanager
def serving():
    """Yields the address of a server, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = free.getsockname()
    server = multiprocessing.get_context("fork").Process(
        target=lambda: SiteServer("{}:{}".format(*found), workers=1).run()
    )
    server.start()
    try:
        _wait_for(found)
        yield found, server
    finally:
        server.terminate()
        server.join(30)


@pytest.fixture(scope="module")
def address():
    with serving() as (found, _):
        yield found


def _wait_for(address) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(address, timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


class Visitor:
    """One connection; reads whole answers."""

    def __init__(self, address) -> None:
        self.socket = socket.create_connection(address, timeout=30)
        self.file = self.socket.makefile("rb")

    def ask(self, path: str, more: bytes = b"") -> bytes:
        self.send(path, more)
        return self.read()[1]

    def send(self, path: str, more: bytes = b"") -> None:
        self.socket.sendall(b"GET %s HTTP/1.1\r\nHost: law.example\r\n%s\r\n" % (path.encode(), more))

    def read(self) -> tuple[dict, bytes]:
        headers = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name] = value
        return headers, self.file.read(int(headers["Content-Length"]))


@pytest.fixture
def visitor(address):
    found = Visitor(address)
    yield found
    found.socket.close()


def test_one_connection_is_answered_in_both_ways_by_turns(visitor):
    for _ in range(3):
        assert visitor.ask("/kept/") == b"kept"
        assert visitor.ask("/other/") == b"made"
        assert visitor.ask("/kept/", b"Accept: a\r\nAccept: b\r\n") == b"made"


def test_both_ways_say_the_same_of_themselves(visitor):
    visitor.send("/kept/")
    at_hand, _ = visitor.read()
    visitor.send("/other/")
    made, _ = visitor.read()
    assert at_hand.pop("X-Request-ID") == "1"
    assert at_hand.pop("Date")
    assert made.pop("Date")
    assert at_hand == made


def test_a_request_in_pieces_and_two_at_once(visitor):
    for part in (b"GET /kept/ HT", b"TP/1.1\r\nHost: law.ex", b"ample\r\n\r\n"):
        visitor.socket.sendall(part)
        time.sleep(0.1)
    assert visitor.read()[1] == b"made"
    visitor.socket.sendall(b"GET /kept/ HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
    assert visitor.read()[1] == b"made"
    assert visitor.read()[1] in {b"made", b"kept"}
    assert visitor.ask("/kept/") == b"kept"


def test_who_reads_slowly_gets_everything_and_keeps_nobody_waiting(address, visitor):
    visitor.send("/large/")
    other = Visitor(address)
    assert other.ask("/kept/") == b"kept"
    assert other.ask("/other/") == b"made"
    time.sleep(0.5)
    assert visitor.read()[1] == LARGE
    assert visitor.ask("/kept/") == b"kept"


def test_who_leaves_in_the_middle_leaves_nothing_behind(address):
    for _ in range(10):
        leaving = Visitor(address)
        leaving.send("/large/")
        leaving.socket.close()
    assert Visitor(address).ask("/kept/") == b"kept"


def test_who_has_read_slowly_may_ask_again_for_as_long_as_others(visitor):
    """A proxy keeps its connections for longer than a request may take to arrive."""
    visitor.send("/large/")
    time.sleep(0.5)
    assert visitor.read()[1] == LARGE
    assert SETTINGS["keepalive"] > HEAD_SECONDS + 2
    time.sleep(HEAD_SECONDS + 2)
    assert visitor.ask("/kept/") == b"kept"


def test_a_stopping_server_answers_on_a_kept_connection_and_says_that_it_is_the_last_time():
    with serving() as (address, server):
        asked, silent, slow = (Visitor(address) for _ in range(3))
        for one in (asked, silent):
            assert one.ask("/kept/") == b"kept"
        slow.send("/large/")
        time.sleep(0.5)
        server.terminate()
        time.sleep(0.5)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)
        asked.send("/kept/")
        headers, body = asked.read()
        assert (headers["Connection"], body) == ("close", b"made")
        assert slow.read()[1] == LARGE
        assert silent.file.read() == asked.file.read() == b""
        server.join(10)
        assert server.exitcode == 0
        for one in (asked, silent, slow):
            one.socket.close()
