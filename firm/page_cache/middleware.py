"""Keeps finished public pages in memory and serves them before Django is asked. Never stale, never private.

**What may be kept** is opted into: a view calls `keep` for an answer that depends on its address and on public content
alone. Of those, an answer is kept only when it is a 200 without a cookie, asked for by a GET without session.

**For how long**: until `firm.page_cache.invalidation` names another state of what is public. A page is kept under the
state that was known before it was made, so that a change in between makes it out of date at once.

**Under load**: of several visitors who want the same page that nobody has, one makes it and the others wait for it.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import Error, connection

from firm.page_cache.invalidation import STATE, read_state
from firm.page_cache.stored_response import HOW, StoredResponse

logger = logging.getLogger(__name__)
#: Parameters that advertisements and newsletters hang on links; no page asks for them.
CAMPAIGN = frozenset({"fbclid", "gad_source", "gbraid", "gclid", "mc_cid", "mc_eid", "msclkid", "wbraid"})
CAMPAIGN_PREFIX = "utm_"
#: The highest number of a page of a list that is kept: nobody fills the memory with numbers.
MAX_PAGE = 999
#: Bytes of compressed pages that one process keeps.
MAX_BYTES = 16 * 1024 * 1024
#: As many addresses are remembered whose answers may not be kept.
MAX_PASSING = 2000
#: How long somebody waits for a page that another is making, in seconds.
WAIT = 10.0
#: How long a process may go on without asking for the state again, in seconds.
STATE_SECONDS = 0.1
_MARK = "firm.page_cache.stored_response"


def keep(request, response):
    """Say that the answer depends on its address and on public content alone. Return the answer.

    The body is noted before it is compressed for the one who asked.
    """
    if response.streaming or response.status_code != 200:
        return response
    if hasattr(response, "add_post_render_callback") and not response.is_rendered:
        response.add_post_render_callback(lambda rendered: _note(request, rendered))
    else:
        _note(request, response)
    return response


def is_cacheable(request, response) -> bool:
    """True for an answer that was given to `keep` and is no visitor's own."""
    return _MARK in request.environ and not response.cookies and settings.SESSION_COOKIE_NAME not in request.COOKIES


def _note(request, response) -> None:
    request.environ[_MARK] = response.content


@dataclass(frozen=True)
class Address:
    """What a kept answer is found by."""

    scheme: str
    host: str
    path: str
    page: int = 1


def address_of(environ: dict, scheme: str) -> Address | None:
    """Return what the answer to a request would be found by; None when it must be made for this visitor alone."""
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


class ResponseCache:
    """The answers that a process keeps, the least asked for going first when there are too many."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        self.limit, self.size = limit, 0
        self._state: str | None = None
        self._answers: OrderedDict[Address, StoredResponse] = OrderedDict()
        self._passing: OrderedDict[Address, None] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, address: Address, state: str) -> StoredResponse | None:
        """Return the answer that holds in this state."""
        with self._lock:
            self._turn_to(state)
            answer = self._answers.get(address)
            if answer is not None:
                self._answers.move_to_end(address)
            return answer

    def put(self, address: Address, state: str, answer: StoredResponse) -> None:
        """Keep an answer that was made in this state, unless that is past."""
        with self._lock:
            if state != self._state or answer.size > self.limit:
                return
            earlier = self._answers.pop(address, None)
            self.size += answer.size - (earlier.size if earlier else 0)
            self._answers[address] = answer
            while self.size > self.limit:
                self.size -= self._answers.popitem(last=False)[1].size

    def pass_by(self, address: Address, state: str) -> None:
        """Remember that the answer may not be kept, so that nobody waits for another's."""
        with self._lock:
            if state == self._state:
                self._passing[address] = None
                while len(self._passing) > MAX_PASSING:
                    self._passing.popitem(last=False)

    def is_passing(self, address: Address) -> bool:
        """True when an answer was made in this state that may not be kept."""
        return address in self._passing

    def __len__(self) -> int:
        return len(self._answers)

    def _turn_to(self, state: str) -> None:
        if state != self._state:
            self._state, self.size = state, 0
            self._answers.clear()
            self._passing.clear()


class Watch:
    """The state as a process knows it: asked for again when what it knows is older than `STATE_SECONDS`."""

    def __init__(self, read=read_state, clock=time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._known: tuple[float, str | None] = (float("-inf"), None)

    def state(self) -> str | None:
        """Return the name of what is public now; None when nobody knows, so that nothing may be kept or served.

        While the database is out of reach nothing can change either, and what is known goes on to hold.
        """
        asked, known = self._known
        now = self._clock()
        if now - asked < STATE_SECONDS:
            return known
        try:
            known = self._read()
        except Error:
            connection.close()
        self._known = (now, known)
        return known


class PageCache:
    """WSGI middleware around the whole site: serves what is kept, and keeps what may be."""

    def __init__(
        self,
        application: Callable,
        *,
        scheme_of: Callable[[str, str, str], str],
        watch: Watch | None = None,
        shelf: ResponseCache | None = None,
    ) -> None:
        """Take the site, and a function as `firm.middleware.scheme_reader` returns it."""
        self.application, self.scheme_of = application, scheme_of
        self.watch, self.shelf = watch or Watch(), shelf or ResponseCache()
        self._making: dict[tuple[Address, str], threading.Event] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """StoredResponse a request."""
        claimed, peer = environ.get("HTTP_X_FORWARDED_PROTO", ""), environ.get("REMOTE_ADDR", "")
        address = address_of(environ, self.scheme_of(claimed, peer, environ["wsgi.url_scheme"]))
        state = self.watch.state() if address else None
        if address is None or state is None:
            return self.application(environ, start_response)
        environ[STATE] = state
        answer = self.shelf.get(address, state)
        if answer:
            return answer.send(environ, start_response)
        if self.shelf.is_passing(address):
            return self.application(environ, start_response)
        with self._lock:
            made_by_other = self._making.get((address, state))
            if made_by_other is None:
                done = self._making[address, state] = threading.Event()
        if made_by_other is not None:
            made_by_other.wait(WAIT)
            answer = self.shelf.get(address, state)
            return answer.send(environ, start_response) if answer else self.application(environ, start_response)
        try:
            return self._make(address, state, environ, start_response)
        finally:
            with self._lock:
                del self._making[address, state]
            done.set()

    def _make(self, address: Address, state: str, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Have the answer made, keep it if it may be kept, and give it."""
        told: list[tuple] = []
        result = self.application(environ, lambda *given: told.append(given))
        body = environ.pop(_MARK, None)
        if body is None or not _may_be_kept(*told[-1][:2]):
            if not told[-1][0].startswith("5") and not environ.get("HTTP_COOKIE"):  # those pass, or are one visitor's
                self.shelf.pass_by(address, state)
            start_response(*told[-1])
            return result
        if hasattr(result, "close"):
            result.close()
        answer = StoredResponse.of(told[-1][1], body)
        environ[HOW] = "made"
        logger.info("Made %s", address.path)
        self.shelf.put(address, state, answer)
        return answer.send(environ, start_response)


def _may_be_kept(status: str, headers: list[tuple[str, str]]) -> bool:
    """True for a plain success that sets no cookie and does not forbid it."""
    names = {name.lower(): value.lower() for name, value in headers}
    forbidden = {"private", "no-store", "no-cache"} & {
        part.strip() for part in names.get("cache-control", "").split(",")
    }
    return status.startswith("200 ") and "set-cookie" not in names and not forbidden
