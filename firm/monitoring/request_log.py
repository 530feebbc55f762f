"""Gives every request an id, logs it in one line and counts it, from outside of all other code.

The line names the route, the path without secrets (`firm.monitoring.log_redaction`), the account's id and the visitor's
network. For cached responses a log line would cost more than the response: one in `LOG_CACHED_EVERY` is logged, all are
counted.
"""

import logging
import os
import re
import time
from collections.abc import Callable, Iterable
from itertools import count

from firm.accounts.networks import network_of
from firm.middleware import REQUEST, is_trusted_proxy
from firm.monitoring.log_format import request_id
from firm.monitoring.log_redaction import path_of, route_of
from firm.page_cache.middleware import HOW

logger = logging.getLogger("firm.requests")
HEADER = "X-Request-ID"
#: An IPv6 provider's customer has at least a /56: a log line names a wider network than one household's.
LOGGED_IPV6_BITS = 48
_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")


def number_of(environ: dict) -> str:
    """Return the request's id: the one given by a trusted proxy, else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    if given and _GIVEN.fullmatch(given) and is_trusted_proxy(environ.get("REMOTE_ADDR", "")):
        return given
    return os.urandom(8).hex()


class RequestLog:
    """WSGI middleware around the whole site. ``meter`` is a `firm.monitoring.metrics.Meter`, or None."""

    def __init__(self, application: Callable, *, meter=None, cached_every: int = 100) -> None:
        self.application, self.meter, self.cached_every = application, meter, cached_every
        self._cached = count(1)

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        begun, number, told = time.perf_counter(), number_of(environ), {}
        request_id.set(number)

        def start(status: str, headers: list[tuple[str, str]], *failure):
            told["status"], told["headers"] = status, headers
            return start_response(status, [*headers, (HEADER, number)], *failure)

        try:
            result = self.application(environ, start)
        except Exception:
            logger.exception("A request failed outside of Django")
            start("500 Internal Server Error", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            result = []
        size = next((value for name, value in told["headers"] if name.lower() == "content-length"), None)
        if size is None and getattr(result, "streaming", False):
            return _Streamed(result, lambda sent: self._finish(environ, told["status"], sent, begun))
        self._finish(environ, told["status"], int(size or 0), begun)
        return result

    def _finish(self, environ: dict, status: str, size: int, begun: float) -> None:
        took, how = time.perf_counter() - begun, environ.get(HOW, "")
        request = environ.pop(REQUEST, None)
        route = "cached" if how == "hit" else route_of(request)
        if self.meter:
            self.meter.count(route, status[0], took, how)
        fields = {
            "method": environ["REQUEST_METHOD"],
            "status": int(status[:3]),
            "ms": round(took * 1000, 1),
            "bytes": size,
        }
        if how != "hit":
            logger.info("request", extra={"fields": fields | _details(environ, request, route, how)})
        elif self.cached_every and next(self._cached) % self.cached_every == 0:
            logger.info("cached", extra={"fields": fields | {"one_of": self.cached_every}})
        request_id.set("")


def _details(environ: dict, request, route: str, how: str) -> dict:
    match = getattr(request, "resolver_match", None)
    user = getattr(request, "_cached_user", None)
    fields = {
        "path": path_of(environ.get("PATH_INFO", "/"), match),
        "route": route,
        "network": network_of(environ.get("REMOTE_ADDR", ""), ipv6_bits=LOGGED_IPV6_BITS),
        "user": getattr(user, "pk", None),
        "cache": how,
    }
    return {name: value for name, value in fields.items() if value not in (None, "")}


class _Streamed:
    """A streaming response: logged when its stream has ended."""

    def __init__(self, result, finish: Callable[[int], None]) -> None:
        self.result, self.finish, self.sent = result, finish, 0

    def __iter__(self):
        for part in self.result:
            self.sent += len(part)
            yield part

    def close(self) -> None:
        self.result.close()
        self.finish(self.sent)
