"""What nginx itself refuses: at once, and with the headers of the whole site."""

import contextlib
import socket

import pytest

from tests.test_headers import FIXED


def refusal(stack, sent: bytes) -> tuple[int, dict[str, str]]:
    """Send bytes to nginx; return status and headers of what it answers."""
    with socket.create_connection(("127.0.0.1", stack.known["plain"]), timeout=10) as connection:
        connection.sendall(sent)
        got = b""
        with contextlib.suppress(ConnectionResetError):
            while b"\r\n\r\n" not in got and (part := connection.recv(65536)):
                got += part
    first, *lines = got.split(b"\r\n\r\n")[0].decode().split("\r\n")
    return int(first.split()[1]), {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def check(headers: dict[str, str]) -> None:
    for name, value in FIXED.items():
        assert headers[name.lower()] == value
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"].startswith("max-age=63072000")


@pytest.mark.parametrize(
    ("status", "head"),
    [
        (400, "GET / HTTP/1.1\r\nno header\r\nHost: {host}\r\nHost: {host}\r\n\r\n"),
        (400, "no request\r\n\r\n"),
        (413, "POST /free-consultation/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9000000\r\n\r\n"),
        (414, "GET /" + "a" * 9_000 + " HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        (431, "GET / HTTP/1.1\r\nHost: {host}\r\nX-Large: " + "a" * 9_000 + "\r\n\r\n"),
    ],
)
def test_what_nginx_refuses_has_all_headers(stack, status, head):
    got, headers = refusal(stack, head.format(host=stack.host).encode())
    assert got == status
    check(headers)


@pytest.mark.parametrize(
    "path", ["/", "/nothing/", "/static/nothing.css", "/admin/", "/media/images/none.jpg", "/about"]
)
def test_what_is_passed_on_has_each_header_once(stack, path):
    got = stack.ask(path)
    check(got.headers)
    assert ", " not in got.headers["x-frame-options"]
