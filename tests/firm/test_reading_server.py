"""A real server with real sockets: slow, greedy and broken visitors cost nobody else anything."""

import socket
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest

from firm.refusals import MAX_BODY, MAX_UPLOAD, Refused, body_length
from tests.firm.test_run_web import answer, connect, listening, served
from tests.test_headers import FIXED

SLOW = 200
PAGE = b"GET /robots.txt?fresh=1 HTTP/1.1\r\nHost: law.example\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
HEAD = b"POST /search/ HTTP/1.1\r\nHost: law.example\r\nX-Forwarded-Proto: https\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The socket of a server with one process; what is asked of it needs no database."""
    folder = tmp_path_factory.mktemp("server")
    with listening() as listener, served(listener, folder, TRUSTED_PROXIES="127.0.0.1"):
        assert b" 200 " in ask(listener, PAGE)[:20]
        yield listener


def ask(listener, sent: bytes) -> bytes:
    with connect(listener) as connection:
        connection.sendall(sent)
        return answer(connection)


def seconds(function, *given) -> float:
    begin = time.monotonic()
    function(*given)
    return time.monotonic() - begin


@contextmanager
def dribbling(listener, beginning: bytes):
    """As many visitors as `SLOW`, each of whom sends a byte every half second."""
    stopped = threading.Event()
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(listener)) for _ in range(SLOW)]

        def dribble():
            for connection in slow:
                connection.sendall(beginning)
            while not stopped.wait(0.5):
                for connection in slow:
                    try:
                        connection.send(b"a")
                    except OSError:
                        continue

        thread = threading.Thread(target=dribble)
        thread.start()
        time.sleep(1)
        try:
            yield slow
        finally:
            stopped.set()
            thread.join()


@pytest.mark.parametrize(
    "beginning",
    [b"", b"GET / HTTP/1.1\r\nHost: law.example\r\nX-Slow: ", HEAD + b"Content-Length: 900000\r\n\r\nq="],
    ids=["nothing", "headers", "body"],
)
def test_two_hundred_slow_visitors_cost_nobody_anything(server, beginning):
    with dribbling(server, beginning):
        taken = sorted(seconds(ask, server, PAGE) for _ in range(10))
        assert ask(server, PAGE).startswith(b"HTTP/1.1 200")
    assert taken[-1] < 2
    assert taken[5] < 1


def test_who_sends_no_whole_head_is_told_so_and_let_go(server):
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: law.example\r\n")
        begin = time.monotonic()
        assert answer(connection).startswith(b"HTTP/1.1 408")
    assert 8 < time.monotonic() - begin < 15


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, b"no request\r\n\r\n"),
        (400, b"GET / HTTP/1.1\r\nHost law.example\r\n\r\n"),
        (400, HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        (411, HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
        (413, HEAD + b"Content-Length: 1048577\r\n\r\n"),
        (413, HEAD + b"Content-Length: 99999999999999999999\r\n\r\n"),
        (431, HEAD + b"X-Large: " + b"a" * 40_000),
        (431, HEAD + b"".join(b"X-%d: a\r\n" % number for number in range(200)) + b"\r\n"),
    ],
)
def test_what_is_refused_is_refused_at_once_with_all_headers(server, status, sent):
    begin = time.monotonic()
    got = ask(server, sent).decode()
    assert time.monotonic() - begin < 4
    assert got.startswith(f"HTTP/1.1 {status} "), got[:200]
    for name, value in FIXED.items():
        assert got.count(f"{name}: {value}\r\n") == 1
    assert "default-src 'none'" in got


def test_a_body_in_pieces_is_read_to_its_end(server):
    """What follows it is the next request, and nothing of the body is. (After a longer one that no view reads, gunicorn
    closes the connection.)
    """
    kept, body = PAGE.replace(b"close", b"keep-alive"), b"GET / HTTP/1.1\r\n\r\n" * 2_500
    with connect(server) as connection:
        connection.sendall(kept[:-2] + b"Content-Length: %d\r\n\r\n" % len(body))
        for begin in range(0, len(body), 9_000):
            connection.sendall(body[begin : begin + 9_000])
            time.sleep(0.05)
        connection.sendall(PAGE)
        got = answer(connection)
    assert got.count(b"HTTP/1.1 ") == got.count(b"HTTP/1.1 200") == 2


def test_two_requests_sent_at_once_are_answered_one_after_the_other(server):
    kept = PAGE.replace(b"close", b"keep-alive").replace(b"/robots.txt?fresh=1", b"/healthz")
    got = ask(server, kept + PAGE.replace(b"/robots.txt?fresh=1", b"/robots.txt"))
    assert got.count(b"HTTP/1.1 200") == 2
    assert got.index(b"ok\n") < got.index(b"Sitemap:")


def test_a_connection_is_kept_for_the_next_request(server):
    kept = PAGE.replace(b"close", b"keep-alive").replace(b"/robots.txt?fresh=1", b"/healthz")
    with connect(server) as connection:
        for _ in range(3):
            connection.sendall(kept)
            got = b""
            while not got.endswith(b"ok\n"):
                part = connection.recv(65536)
                assert part, got
                got += part
            time.sleep(0.1)


def test_who_hangs_up_leaves_nothing_behind(server):
    for sent in (b"", b"GET", HEAD + b"Content-Length: 10\r\n\r\nabc"):
        with socket.create_connection(server.getsockname()) as connection:
            connection.sendall(sent)
    assert ask(server, PAGE).startswith(b"HTTP/1.1 200")


STAFF = b"\r\nCookie: sessionid=a"


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (b"GET / HTTP/1.1", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 5", 5),
        (b"POST / HTTP/1.1\r\ncontent-length:%d " % MAX_BODY, MAX_BODY),
        (b"POST / HTTP/1.1\r\nContent-Length: -5", 0),
        (b"POST /admin/images/ HTTP/1.1\r\nContent-Length: %d" % MAX_UPLOAD + STAFF, MAX_UPLOAD),
        (b"", 0),
    ],
)
def test_the_length_of_a_body_is_read_from_its_head(settings, head, length):
    settings.SESSION_COOKIE_NAME = "sessionid"
    assert body_length(head) == length


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: %d" % (MAX_BODY + 1) + STAFF, 413),
        (b"POST /admin/ HTTP/1.1\r\nContent-Length: %d" % (MAX_BODY + 1), 413),
        (b"POST /admin/ HTTP/1.1\r\nContent-Length: %d" % (MAX_UPLOAD + 1) + STAFF, 413),
        (b"POST / HTTP/1.1\r\nTRANSFER-Encoding: gzip, chunked", 411),
    ],
)
def test_what_would_be_too_much_is_not_read(settings, head, status):
    settings.SESSION_COOKIE_NAME = "sessionid"
    with pytest.raises(Refused) as refused:
        body_length(head)
    assert refused.value.status == status
