"""Caches finished public pages in memory and serves them before Django is asked. Never stale, never private.

**What may be cached**: a view says so by `mark_cacheable`, for a response that depends on its address and on public
content alone. Of those, only a 200 to a GET without session that sets no cookie is cached.

**For how long**: until the state of what is public changes (`firm.page_cache.state`). A page is cached under the state
that was read before it was made, so a change in between makes it out of date at once.

**Under load**: of several requests for a page that is not cached, one makes it and the others wait for it.
"""

import gzip
import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl

import brotli
from django.conf import settings
from django.utils.http import parse_etags

from firm.page_cache.state import STATE, StateReader

logger = logging.getLogger(__name__)
#: Parameters that advertisements and newsletters add to links; no page reads them.
CAMPAIGN = frozenset({"fbclid", "gad_source", "gbraid", "gclid", "mc_cid", "mc_eid", "msclkid", "wbraid"})
CAMPAIGN_PREFIX = "utm_"
#: The highest page of a list that is cached, so that numbers in addresses cannot fill the memory.
MAX_PAGE = 999
#: Bytes of compressed pages in one process.
MAX_BYTES = 16 * 1024 * 1024
#: How many addresses of responses that may not be cached are remembered.
MAX_UNCACHEABLE = 2000
#: Seconds that a request waits for a page that another one makes.
WAIT = 10.0
#: Compression of text: what a visitor's wait allows, as a page is compressed once.
BROTLI_QUALITY, GZIP_LEVEL = 6, 6
#: The key in the WSGI environment of a cacheable body, not yet compressed for the one who asked.
BODY = "firm.cacheable_body"
#: The key in the WSGI environment of how the response came to be: ``hit`` is from the cache, ``made`` is cached now.
HOW = "firm.cached"
#: How long a CDN caches a page, in seconds, when it is out of reach for a purge; and the tag that it purges by.
CDN_SECONDS, CDN_TAG = 300, "pages"
#: Headers that depend on the encoding.
FRAMING = frozenset({"content-encoding", "content-length", "etag", "vary"})


def page_headers() -> dict[str, str]:
    """Return the headers of a public page: browsers revalidate it each time, a CDN caches it until it is purged.

    Without a CDN, nginx may serve it for a second.
    """
    if not settings.WAGTAILFRONTENDCACHE:
        return {"Cache-Control": "public, max-age=0, s-maxage=1, must-revalidate"}
    return {"Cache-Control": f"public, max-age=0, s-maxage={CDN_SECONDS}, must-revalidate", "Cache-Tag": CDN_TAG}


def mark_cacheable(request, response):
    """Mark a response that depends on its address and on public content alone; return it."""
    if response.streaming or response.status_code != 200:
        return response
    if hasattr(response, "add_post_render_callback") and not response.is_rendered:
        response.add_post_render_callback(lambda rendered: _store_body(request, rendered))
    else:
        _store_body(request, response)
    return response


def is_cacheable(request, response) -> bool:
    """True for a marked response that is no visitor's own."""
    return BODY in request.environ and not response.cookies and settings.SESSION_COOKIE_NAME not in request.COOKIES


def _store_body(request, response) -> None:
    request.environ[BODY] = response.content


class Address(NamedTuple):
    scheme: str
    host: str
    path: str
    page: int = 1


def address_of(environ: dict, scheme: str) -> Address | None:
    """Return the key of the response to a request; None when the response is made for this visitor alone."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or "HTTP_AUTHORIZATION" in environ:
        return None
    cookies = environ.get("HTTP_COOKIE", "")
    if cookies and any(name in cookies for name in (settings.SESSION_COOKIE_NAME, "messages")):
        return None
    page = _page_of(environ.get("QUERY_STRING", ""))
    if page is None:
        return None
    return Address(scheme, environ.get("HTTP_HOST", "").lower(), environ.get("PATH_INFO", "/"), page)


def _page_of(query: str) -> int | None:
    """Return the page of a list that a query asks for, campaigns left aside; None when it asks for anything else."""
    if not query:
        return 1
    if len(query) > 2000:
        return None
    given = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name not in CAMPAIGN and not name.startswith(CAMPAIGN_PREFIX)
    ]
    if not given:
        return 1
    [(name, value), *others] = given
    is_page = not others and name == "page" and value.isascii() and value.isdigit() and value[0] != "0"
    return int(value) if is_page and len(value) <= 3 and 1 < int(value) <= MAX_PAGE else None


class CachedResponse:
    """A finished response: its headers, and its body compressed in the two ways that browsers take."""

    def __init__(self, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        given = [(name, value) for name, value in headers if name.lower() not in FRAMING]
        vary = {part.strip().lower() for name, value in headers if name.lower() == "vary" for part in value.split(",")}
        vary = sorted({"accept-encoding", "cookie", *vary} - {""})
        self.headers = [*given, ("Vary", ", ".join(part.title() for part in vary))]
        self.bodies = {
            "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
            "gzip": gzip.compress(body, GZIP_LEVEL, mtime=0),
        }
        self.digest = hashlib.sha256(body).hexdigest()[:16]
        self.size = sum(map(len, self.bodies.values())) + 2048

    def send(self, environ: dict, start_response: Callable) -> list[bytes]:
        """Respond with 304 when the browser has the page (RFC 9110, 13.1.2), else with the body as it takes it."""
        environ.setdefault(HOW, "hit")
        encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        etag = f'"{self.digest}-{encoding or "plain"}"'
        headers = [*self.headers, ("ETag", etag)]
        known = {known.removeprefix("W/") for known in parse_etags(environ.get("HTTP_IF_NONE_MATCH", ""))}
        if known & {etag, "*"}:
            start_response("304 Not Modified", [one for one in headers if one[0].lower() != "content-type"])
            return []
        body = self.bodies[encoding] if encoding else gzip.decompress(self.bodies["gzip"])
        if encoding:
            headers.append(("Content-Encoding", encoding))
        headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _encoding(accepted: str) -> str:
    """Return the encoding to respond with: brotli, else gzip, else none. A quality of 0 is a refusal."""
    offers = {}
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        offers[name.strip()] = quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("br", "gzip") if offers.get(name)), "")


class ResponseCache:
    """The cached responses of a process, all of one state. The least recently used leave when there are too many."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        self.limit, self.size = limit, 0
        self._state: str | None = None
        self._responses: OrderedDict[Address, CachedResponse] = OrderedDict()
        self._uncacheable: OrderedDict[Address, None] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, address: Address, state: str) -> CachedResponse | None:
        """Return the response of this state, which becomes the current one."""
        with self._lock:
            if state != self._state:
                self._state, self.size = state, 0
                self._responses.clear()
                self._uncacheable.clear()
            response = self._responses.get(address)
            if response is not None:
                self._responses.move_to_end(address)
            return response

    def put(self, address: Address, state: str, response: CachedResponse) -> None:
        """Cache a response that was made in this state, unless the state is past."""
        with self._lock:
            if state != self._state or response.size > self.limit:
                return
            earlier = self._responses.pop(address, None)
            self.size += response.size - (earlier.size if earlier else 0)
            self._responses[address] = response
            while self.size > self.limit:
                self.size -= self._responses.popitem(last=False)[1].size

    def mark_uncacheable(self, address: Address, state: str) -> None:
        """Remember that the response may not be cached, so that no request waits for another's."""
        with self._lock:
            if state == self._state:
                self._uncacheable[address] = None
                while len(self._uncacheable) > MAX_UNCACHEABLE:
                    self._uncacheable.popitem(last=False)

    def is_uncacheable(self, address: Address) -> bool:
        return address in self._uncacheable

    def __len__(self) -> int:
        return len(self._responses)


class PageCache:
    """WSGI middleware around the whole site. ``scheme_of`` is what `firm.middleware.scheme_reader` returns."""

    def __init__(
        self,
        application: Callable,
        *,
        scheme_of: Callable[[str, str, str], str],
        reader: StateReader | None = None,
        cache: ResponseCache | None = None,
    ) -> None:
        self.application, self.scheme_of = application, scheme_of
        self.reader, self.cache = reader or StateReader(), cache or ResponseCache()
        self._making: dict[tuple[Address, str], threading.Event] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        forwarded, peer = environ.get("HTTP_X_FORWARDED_PROTO", ""), environ.get("REMOTE_ADDR", "")
        address = address_of(environ, self.scheme_of(forwarded, peer, environ["wsgi.url_scheme"]))
        state = self.reader.state() if address else None
        if address is None or state is None:
            return self.application(environ, start_response)
        environ[STATE] = state
        cached = self.cache.get(address, state)
        if cached:
            return cached.send(environ, start_response)
        if self.cache.is_uncacheable(address):
            return self.application(environ, start_response)
        with self._lock:
            made_by_other = self._making.get((address, state))
            if made_by_other is None:
                done = self._making[address, state] = threading.Event()
        if made_by_other is not None:
            made_by_other.wait(WAIT)
            cached = self.cache.get(address, state)
            return cached.send(environ, start_response) if cached else self.application(environ, start_response)
        try:
            return self._make(address, state, environ, start_response)
        finally:
            with self._lock:
                del self._making[address, state]
            done.set()

    def _make(self, address: Address, state: str, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Have the response made, cache it if it may be cached, and send it."""
        started: list[tuple] = []
        result = self.application(environ, lambda *given: started.append(given))
        body = environ.pop(BODY, None)
        status, headers = started[-1][:2]
        if body is None or not _may_be_cached(status, headers):
            # A failure passes, and what a cookie brings about is one visitor's: neither says anything of the address.
            if not status.startswith("5") and not environ.get("HTTP_COOKIE"):
                self.cache.mark_uncacheable(address, state)
            start_response(*started[-1])
            return result
        if hasattr(result, "close"):
            result.close()
        response = CachedResponse(headers, body)
        environ[HOW] = "made"
        logger.info("Made %s", address.path)
        self.cache.put(address, state, response)
        return response.send(environ, start_response)


def _may_be_cached(status: str, headers: list[tuple[str, str]]) -> bool:
    """True for a plain success that sets no cookie and does not forbid it."""
    values = {name.lower(): value.lower() for name, value in headers}
    directives = {part.strip() for part in values.get("cache-control", "").split(",")}
    is_forbidden = "set-cookie" in values or directives & {"private", "no-store", "no-cache"}
    return status.startswith("200 ") and not is_forbidden
