"""The head of an answer never leaves alone, so that a proxy can still ask another server."""

import pytest

from firm.whole_answers import HeadWithBody
from tests.firm.test_run_web import connect, listening, served

HEAD, BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"hello"


class Line:
    """Keeps what was sent, one entry for each call."""

    def __init__(self) -> None:
        self.sent = []

    def sendall(self, data: bytes) -> None:
        self.sent.append(data)

    def sendfile(self, file, **kwargs) -> int:
        self.sent.append(file)
        return len(file)

    def send(self, data: bytes) -> int:
        self.sent.append(data)
        return len(data)


@pytest.fixture
def line():
    return Line()


def test_the_head_leaves_with_the_body_and_what_follows_as_it_comes(line):
    whole = HeadWithBody(line)
    whole.sendall(HEAD)
    assert line.sent == []
    whole.sendall(BODY)
    whole.sendall(BODY)
    whole.end()
    assert line.sent == [HEAD + BODY, BODY]


def test_an_answer_without_a_body_leaves_at_its_end_once(line):
    whole = HeadWithBody(line)
    whole.sendall(HEAD)
    whole.end()
    whole.end()
    assert line.sent == [HEAD]


def test_a_file_comes_behind_the_head(line):
    whole = HeadWithBody(line)
    whole.sendall(HEAD)
    assert whole.sendfile(BODY) == len(BODY)
    assert line.sent == [HEAD, BODY]


def test_other_calls_go_through(line):
    assert HeadWithBody(line).send(BODY) == len(BODY)
    assert line.sent == [BODY]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_server_answers_on_a_connection_that_stays(tmp_path, method):
    ask = f"{method} /healthz HTTP/1.1\r\nHost: law.example\r\n\r\n".encode()
    with listening() as listener, served(listener, tmp_path), connect(listener) as connection:
        for _ in range(2):
            connection.sendall(ask)
            said = connection.recv(65536)
            head, _, body = said.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert bool(body) == (method == "GET")
            assert not body or b"Content-Length: %d" % len(body) in head  # all of it came at once
