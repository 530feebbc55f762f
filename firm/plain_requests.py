"""Requests for finished pages, read and answered without a thread: most of what is asked for is asked for like this.

Only what is plain in every respect is read here: one line ``GET path HTTP/1.1``, each header once and of the characters
that headers are made of, no body. Whatever else is sent goes the whole way, where it is read by all the rules.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from time import time

from gunicorn import SERVER
from gunicorn.util import http_date

#: Nobody asks for a page with more headers.
MOST_HEADERS = 60
_FIRST = re.compile(rb"GET (/[A-Za-z0-9_/-]{0,400})(?:\?([A-Za-z0-9_.~+%=&-]{0,2000}))? HTTP/1\.1")
_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
#: What makes a request more than a plain one: it has a body, wants another protocol, or names another place.
_MORE = frozenset(
    {b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer", b"http2-settings", b"range"}
)


def environ_of(head: bytes, client, server) -> dict[str, str] | None:
    """Return what WSGI calls the environment of a request, as far as finished pages ask for it; None if not plain.

    ``head`` is all before the empty line; ``client`` and ``server`` are the addresses of the two sockets.
    """
    first, *lines = head.split(b"\r\n")
    asked = _FIRST.fullmatch(first)
    if not asked or len(lines) > MOST_HEADERS or not isinstance(client, tuple) or not isinstance(server, tuple):
        return None
    if _CONTROL.search(b"".join(lines)):
        return None
    environ = {
        "REQUEST_METHOD": "GET",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.url_scheme": "http",
        "PATH_INFO": asked[1].decode(),
        "QUERY_STRING": (asked[2] or b"").decode(),
    }
    for line in lines:
        name, colon, value = line.partition(b":")
        key = _key(name)
        if not key or not colon or key in environ:
            return None
        environ[key] = value.strip(b" \t").decode("latin-1")
    is_kept = environ.get("HTTP_CONNECTION", "keep-alive").lower() == "keep-alive"
    return environ if is_kept and environ.get("HTTP_HOST") else None


@lru_cache(maxsize=500)
def _key(name: bytes) -> str:
    """Return the name of a header in the environment; empty for one that is not plain."""
    if not _NAME.fullmatch(name) or name.lower() in _MORE:
        return ""
    return "HTTP_" + name.decode().upper().replace("-", "_")


def answer_at_hand(at_hand: Callable, environ: dict) -> bytes | None:
    """Return the whole answer that the site has at hand; None when it would have to be made. See `Observed.at_hand`."""
    told: list[tuple] = []
    parts = at_hand(environ, lambda status, headers: told.append((status, headers)))
    if parts is None:
        return None
    [(status, headers)] = told
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    start = f"HTTP/1.1 {status}\r\nServer: {SERVER}\r\nDate: {_date(int(time()))}\r\nConnection: keep-alive\r\n"
    return b"".join([f"{start}{lines}\r\n".encode("latin-1"), *parts])


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return http_date(second)
