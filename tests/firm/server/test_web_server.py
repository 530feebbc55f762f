"""What the web server takes, what it refuses by itself, and with which headers."""

import socket
import threading
from types import SimpleNamespace

import pytest
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import create_server

from firm.middleware import error_headers
from firm.server.web_server import MAX_BODY, MAX_PIPELINED, MAX_UPLOAD, SETTINGS, Connection, RequestParser
from tests.test_headers import FIXED

pytestmark = pytest.mark.filterwarnings("ignore:send_bytes:DeprecationWarning")
GET = b"GET /%s HTTP/1.1\r\nHost: law.example\r\n\r\n"


def parsed(head: bytes) -> RequestParser:
    parser = RequestParser(Adjustments(**SETTINGS))
    parser.received(head + b"\r\n\r\n")
    return parser


COOKIE = b"\r\nCookie: __Host-sessionid=made-up; sessionid=made-up"


@pytest.mark.parametrize(
    ("path", "length", "code"),
    [
        (b"/free-consultation/", MAX_BODY, None),
        (b"/free-consultation/", MAX_BODY + 1, 413),
        (b"/administration/", MAX_BODY + 1, 413),
        (b"/admin/images/add/", MAX_BODY + 1, None),
        (b"/admin/images/add/", MAX_UPLOAD, None),
        (b"/admin/images/add/", MAX_UPLOAD + 1, 413),
    ],
)
@pytest.mark.parametrize("cookie", [b"", COOKIE])
def test_the_address_alone_says_how_long_a_body_may_be(path, length, code, cookie):
    parser = parsed(b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d" % (path, length) + cookie)
    assert (parser.error and parser.error.code) == code


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"no request", 400),
        (b"GET / HTTP/1.1\r\nHost a", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: " + b"9" * 4400, 400),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 20, 413),
        (b"GET / HTTP/1.1\r\nX-Large: " + b"a" * 40_000, 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip", 501),
    ],
)
def test_what_cannot_be_read_is_refused(head, code):
    assert parsed(head).error.code == code


def site(environ, start_response):
    body = environ["PATH_INFO"].encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def address():
    """The address of a server in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = create_server(site, sockets=[listener], **SETTINGS)
        server.channel_class = Connection
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                wasyncore.loop(0.05, use_poll=True, map=server._map, count=1)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()
        stopped.set()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(server._map)


def exchange(address, sent: bytes) -> bytes:
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


@pytest.mark.parametrize(
    ("status", "head"), [(400, b"no request"), (413, b"POST / HTTP/1.1\r\nContent-Length: 9999999")]
)
def test_its_own_errors_have_the_headers_of_the_site(address, settings, status, head):
    settings.SECURE_HSTS_SECONDS = 63_072_000
    got = exchange(address, head + b"\r\n\r\n").decode()
    assert got.split()[1] == str(status)
    sent = dict(line.split(": ", 1) for line in got.split("\r\n\r\n")[0].split("\r\n")[1:])
    assert {name: sent.get(name) for name in FIXED} == FIXED
    assert sent["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert sent["Content-Security-Policy"].startswith("default-src 'none'")
    assert sent["Cache-Control"] == "no-store"


def test_the_headers_of_errors_are_those_of_the_site(client, home):
    page = {name for name in client.get("/", secure=True).headers if name not in {"Content-Type", "Vary"}}
    ours = {name for name, _ in error_headers()}
    assert page - ours <= {"Content-Length", "X-Request-ID", "Content-Language"}
    assert ours - page <= {"Strict-Transport-Security"}


def test_two_requests_sent_at_once_are_answered_one_after_the_other(address):
    got = exchange(address, GET % b"first" + (GET % b"second").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert got.count(b"HTTP/1.1 200") == 2
    assert got.index(b"/first") < got.index(b"/second")


@pytest.mark.parametrize(("number", "is_cut_off"), [(1, False), (MAX_PIPELINED, False), (MAX_PIPELINED + 1, True)])
def test_who_sends_many_requests_without_waiting_is_cut_off(number, is_cut_off):
    server = SimpleNamespace(active_channels={}, add_task=lambda task: None)
    here, there = socket.socketpair()
    with here, there:
        connection = Connection(server, here, ("127.0.0.1", 1), Adjustments(**SETTINGS), map={})
        connection.received(GET % b"a" * number)
        assert connection.will_close is is_cut_off
