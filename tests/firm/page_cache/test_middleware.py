"""What is kept of finished pages, for whom, and for how long."""

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from wagtail.models import Page, PageViewRestriction, get_page_models

from consultations.models import ConsultationPage
from firm.middleware import scheme_reader
from firm.models import FirmSettings
from firm.models.base import BasePage
from firm.page_cache.middleware import BODY as CACHEABLE
from firm.page_cache.middleware import Address, CachedResponse, PageCache, ResponseCache, address_of
from firm.page_cache.state import STATE, StateReader
from tests import factories

pytestmark = pytest.mark.usefixtures("open_connection")

BODY = b"<p>What every visitor reads.</p>" * 20


class Reply:
    """What a server would send."""

    def __init__(self, application, environ: dict) -> None:
        self.told: list[tuple] = []
        result = application(environ, lambda status, headers, exc_info=None: self.told.append((status, headers)))
        self.body = b"".join(result)
        if hasattr(result, "close"):
            result.close()

    @property
    def status(self) -> int:
        return int(self.told[-1][0].split()[0])

    @property
    def headers(self) -> dict:
        return {name.lower(): value for name, value in self.told[-1][1]}

    @property
    def text(self) -> str:
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(self.headers.get("content-encoding"), bytes)
        return unpack(self.body).decode()


def environ_of(path: str, method: str = "get", **headers) -> dict:
    return getattr(RequestFactory(), method)(path, **headers).environ


class Site:
    """The whole site behind what is kept, asked as a server asks it."""

    def __init__(self) -> None:
        self.made: list[str] = []
        handler = WSGIHandler()

        def application(environ, start_response):
            self.made.append(environ["PATH_INFO"])
            return handler(environ, start_response)

        clock = iter(range(10**6))
        self.cache = ResponseCache()
        self.application = PageCache(
            application, scheme_of=scheme_reader(), reader=StateReader(clock=lambda: next(clock)), cache=self.cache
        )

    def get(self, path: str, method: str = "get", **headers) -> Reply:
        return Reply(self.application, environ_of(path, method, **headers))

    def is_kept(self, path: str, **headers) -> bool:
        """True when a second visitor's answer is not made again."""
        self.get(path, **headers)
        before = len(self.made)
        self.get(path, **headers)
        return len(self.made) == before


@pytest.fixture
def site(home):
    return Site()


# --- The whole site -------------------------------------------------------------------------------


def test_a_page_is_made_once(site):
    first, second = site.get("/"), site.get("/")
    assert site.made == ["/"]
    assert first.status == second.status == 200
    assert first.body == second.body
    assert first.headers == second.headers


def test_what_is_kept_costs_one_question_about_its_state(site, django_assert_num_queries):
    site.get("/")
    with django_assert_num_queries(1):
        site.get("/")


def test_what_is_kept_has_the_headers_of_what_was_made(site):
    made, kept = site.get("/", HTTP_COOKIE="sessionid=mine"), site.get("/")
    lost = {name for name in made.headers if name not in kept.headers}
    assert lost <= {"content-length", "set-cookie"}
    assert kept.headers["content-security-policy"]
    assert kept.headers["cache-control"] == "public, max-age=0, s-maxage=1, must-revalidate"


def test_a_change_is_seen_at_once(site):
    site.get("/")
    FirmSettings.objects.update(firm_name="Other & Partners")
    assert "Other &amp; Partners" in site.get("/").text


@pytest.mark.parametrize("cookie", ["sessionid=abc", "a=b; sessionid=abc", "messages=abc"])
def test_who_has_a_session_gets_an_answer_of_their_own(site, cookie):
    site.get("/")
    site.get("/", HTTP_COOKIE=cookie)
    assert site.made == ["/", "/"]


def test_an_answer_to_a_session_is_not_kept(site):
    assert not site.is_kept("/", HTTP_COOKIE="sessionid=abc")
    site.get("/")
    assert len(site.made) == 3


def test_the_token_of_the_form_does_not_stand_in_the_way(site):
    assert site.is_kept("/", HTTP_COOKIE=f"csrftoken={'a' * 32}")


def test_the_form_is_never_kept(site, home):
    page = home.add_child(instance=ConsultationPage(title="Free consultation", slug="free-consultation"))
    assert site.get(page.url).status == 200
    assert not site.is_kept(page.url)
    assert not site.is_kept("/free-consultation/thank-you/")


def test_a_private_page_is_never_kept(site, home):
    page = factories.StandardPageFactory(parent=home)
    below = factories.StandardPageFactory(parent=page)
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="secret")
    assert not site.is_kept(page.url)
    assert not site.is_kept(below.url)


def test_a_page_that_becomes_private_is_gone(site, home):
    page = factories.StandardPageFactory(parent=home, title="Soon for clients")
    assert "Soon for clients" in site.get(page.url).text
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert site.get(page.url).status == 302


@pytest.mark.parametrize("path", ["/search/?q=bail", "/search/", "/admin/", "/nowhere/", "/healthz", "/readyz"])
def test_what_is_no_public_page_is_never_kept(site, path):
    assert not site.is_kept(path)


@pytest.mark.parametrize("path", ["/", "/sitemap.xml"])
def test_what_is_kept(site, path):
    assert site.is_kept(path)


def test_every_page_type_but_the_form_is_kept(demo_site):
    site, seen = Site(), set()
    for page in Page.objects.live().filter(depth__gte=2).specific():
        if type(page) not in seen and site.get(page.get_url()).status == 200:
            seen.add(type(page))
            assert site.is_kept(page.get_url()) == (not isinstance(page, ConsultationPage)), page
    assert seen == {model for model in get_page_models() if issubclass(model, BasePage)}


def test_nothing_is_served_for_another_method(site):
    site.get("/")
    assert site.get("/", "post").status == 403
    assert site.get("/", "options").status == 200
    assert site.made == ["/", "/", "/"]


def test_a_head_has_the_headers_and_no_body(site):
    got, head = site.get("/"), site.get("/", "head")
    assert head.body == b""
    assert head.headers == got.headers
    assert site.made == ["/"]


def test_hosts_and_schemes_do_not_share(site, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    site = Site()
    for headers in ({}, {"HTTP_HOST": "localhost"}, {"HTTP_X_FORWARDED_PROTO": "https"}):
        site.get("/", **headers)
        site.get("/", **headers)
    assert len(site.made) == 3


def test_a_forged_scheme_shares_with_the_true_one(site):
    site.get("/")
    site.get("/", HTTP_X_FORWARDED_PROTO="https")
    assert site.made == ["/"]


def test_a_page_of_a_list_is_kept_by_its_number(site, home):
    index = factories.BlogIndexPageFactory(parent=home)
    for number in range(30):
        factories.BlogPostPageFactory(parent=index, title=f"Post {number}")
    assert site.is_kept(f"{index.url}?page=2")
    assert site.get(f"{index.url}?page=2").body != site.get(index.url).body


def test_campaigns_share_the_page(site):
    site.get("/")
    site.get("/?utm_source=news&gclid=1")
    assert site.made == ["/"]


@pytest.mark.parametrize(
    "query", ["q=1", "page=0", "page=01", "page=x", "page=1000", "page=2&page=3", "page=2&a=b", "page=٢"]
)
def test_odd_queries_are_not_kept(query):
    assert address_of({"REQUEST_METHOD": "GET", "QUERY_STRING": query}, "http") is None


# --- What the browser asks for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("BR;q=0.5", "br"),
        ("br;q=0, gzip;q=1.0", "gzip"),
        ("identity", None),
        ("", None),
        ("gzip;q=0.000", None),
    ],
)
def test_the_encoding_is_one_that_the_browser_takes(site, accepted, encoding):
    site.get("/")
    reply = site.get("/", HTTP_ACCEPT_ENCODING=accepted)
    assert reply.headers.get("content-encoding") == encoding
    assert reply.text.rstrip().endswith("</html>")
    assert int(reply.headers["content-length"]) == len(reply.body)
    assert "Accept-Encoding" in reply.headers["vary"]


def test_a_browser_that_has_the_page_is_told_so(site):
    tag = site.get("/", HTTP_ACCEPT_ENCODING="br").headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        reply = site.get("/", HTTP_IF_NONE_MATCH=known, HTTP_ACCEPT_ENCODING="br")
        assert (reply.status, reply.body) == (304, b"")
        assert reply.headers["etag"] == tag


@pytest.mark.parametrize("tag", ['"other"', "", "W/", ",,,", '""'])
def test_a_browser_that_has_another_page_gets_it(site, tag):
    assert site.get("/", HTTP_IF_NONE_MATCH=tag).status == 200


# --- Who makes it, and what is not kept -----------------------------------------------------------


def answering(status="200 OK", headers=(("Content-Type", "text/html"),), body=BODY, mark=True):
    """Return an application that notes its answer as one to keep."""

    def application(environ, start_response):
        application.asked += 1
        if mark:
            environ[CACHEABLE] = body
        start_response(status, list(headers))
        return [body]

    application.asked = 0
    return application


def around(application, state="state") -> PageCache:
    return PageCache(application, scheme_of=lambda *given: "http", reader=StateReader(lambda: state))


@pytest.mark.parametrize(
    "given",
    [
        {"mark": False},
        {"status": "404 Not Found"},
        {"status": "206 Partial Content"},
        {"headers": [("Set-Cookie", "a=b")]},
        {"headers": [("Cache-Control", "private")]},
        {"headers": [("Cache-Control", "max-age=0, no-store")]},
    ],
)
def test_what_may_not_be_kept_is_passed_on_as_it_is(given):
    application = answering(**given)
    kept = around(application)
    replies = [Reply(kept, environ_of("/")) for _ in range(2)]
    assert application.asked == 2
    assert [reply.body for reply in replies] == [BODY, BODY]
    assert replies[0].told[-1] == (
        given.get("status", "200 OK"),
        list(given.get("headers", [("Content-Type", "text/html")])),
    )


def test_what_may_be_kept_is():
    application = answering()
    kept = around(application)
    assert [Reply(kept, environ_of("/")).text for _ in range(2)] == [BODY.decode()] * 2
    assert application.asked == 1


def test_nothing_is_kept_while_nobody_knows_the_state():
    application = answering()
    kept = around(application, state=None)
    assert [Reply(kept, environ_of("/")).body for _ in range(2)] == [BODY] * 2
    assert application.asked == 2


def test_what_was_made_before_a_change_is_not_served_after_it():
    states = iter(["before", "after", "after"])
    application = answering()
    kept = PageCache(
        application, scheme_of=lambda *given: "http", reader=StateReader(lambda: next(states), iter(range(9)).__next__)
    )
    for _ in range(3):
        Reply(kept, environ_of("/"))
    assert application.asked == 2


def test_twenty_at_once_have_it_made_once():
    begun = threading.Barrier(20)
    slow = threading.Event()
    quick = answering()

    def application(environ, start_response):
        slow.wait(0.3)
        return quick(environ, start_response)

    kept = around(application)

    def ask(_):
        begun.wait()
        return Reply(kept, environ_of("/")).text

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))
    assert answers == [BODY.decode()] * 20
    assert quick.asked == 1


def test_who_waits_for_what_fails_makes_it_alone():
    begun, tries = threading.Barrier(2), []

    def application(environ, start_response):
        tries.append(1)
        if len(tries) == 1:
            threading.Event().wait(0.2)
            raise RuntimeError("broken")
        return answering()(environ, start_response)

    kept = around(application)

    def ask(_):
        begun.wait()
        try:
            return Reply(kept, environ_of("/")).status
        except RuntimeError:
            return "failed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(map(str, pool.map(ask, range(2)))) == ["200", "failed"]
    assert kept._making == {}


def test_nobody_waits_for_an_answer_that_may_not_be_kept():
    meeting = threading.Barrier(2)
    first = []

    def application(environ, start_response):
        if first:
            meeting.wait(10)  # both are here at once, or it breaks
        first.append(1)
        start_response("200 OK", [])
        return [BODY]

    kept = around(application)
    Reply(kept, environ_of("/search/"))
    with ThreadPoolExecutor(2) as pool:
        assert [reply.body for reply in pool.map(lambda _: Reply(kept, environ_of("/search/")), range(2))] == [BODY] * 2


def test_a_failure_is_not_remembered():
    application, failing = answering(), answering(status="503 Service Unavailable")
    kept = around(lambda *given: (failing if failing.asked == 0 else application)(*given))
    assert [Reply(kept, environ_of("/")).status for _ in range(3)] == [503, 200, 200]
    assert application.asked == 1


# --- The cache ------------------------------------------------------------------------------------


def answer(size: int) -> CachedResponse:
    made = CachedResponse([], b"")
    made.size = size + 2048
    return made


def test_the_least_asked_for_goes_first():
    cache = ResponseCache(limit=10_000)
    one, two, three = (Address("http", "h", f"/{name}/") for name in ("one", "two", "three"))
    cache.get(one, "s")
    cache.put(one, "s", answer(2000))
    cache.put(two, "s", answer(2000))
    assert cache.get(one, "s")
    cache.put(three, "s", answer(2000))
    assert cache.get(one, "s")
    assert cache.get(two, "s") is None
    assert cache.size <= cache.limit


def test_the_same_address_counts_once():
    cache, address = ResponseCache(), Address("http", "h", "/")
    cache.get(address, "s")
    for _ in range(5):
        cache.put(address, "s", answer(1000))
    assert (len(cache), cache.size) == (1, answer(1000).size)


def test_an_answer_larger_than_the_cache_is_not_kept():
    cache, address = ResponseCache(limit=1000), Address("http", "h", "/")
    cache.get(address, "s")
    cache.put(address, "s", answer(2000))
    assert len(cache) == 0


def test_an_answer_of_a_past_state_is_not_kept():
    cache, address = ResponseCache(), Address("http", "h", "/")
    cache.get(address, "before")
    cache.get(address, "after")
    cache.put(address, "before", answer(10))
    assert cache.get(address, "after") is None


def test_only_so_many_addresses_are_remembered_as_uncacheable(monkeypatch):
    monkeypatch.setattr("firm.page_cache.middleware.MAX_UNCACHEABLE", 3)
    cache = ResponseCache()
    addresses = [Address("http", "h", f"/{number}/") for number in range(5)]
    cache.get(addresses[0], "s")
    for address in addresses:
        cache.mark_uncacheable(address, "s")
    assert [cache.is_uncacheable(address) for address in addresses] == [False, False, True, True, True]
    cache.get(addresses[0], "another")
    assert not cache.is_uncacheable(addresses[4])


# --- Poisoning ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_X_FORWARDED_PORT": "4444"},
        {"HTTP_X_ORIGINAL_URL": "/admin/"},
        {"HTTP_HOST": "TestServer"},
        {"HTTP_HOST": "testserver:4444"},
        {"HTTP_ACCEPT_ENCODING": "br;q=9, gzip;;q=, \x00, *;q=0" + ",x" * 500},
        {"HTTP_ACCEPT_LANGUAGE": "de"},
        {"HTTP_RANGE": "bytes=0-10"},
        {"HTTP_IF_MODIFIED_SINCE": "Sat, 01 Jan 2050 00:00:00 GMT"},
        {"HTTP_COOKIE": "csrftoken=evil; theme=evil"},
        {"HTTP_REFERER": "https://evil.example/"},
        {"HTTP_USER_AGENT": "evil"},
        {"QUERY_STRING": "utm_source=evil&gclid=evil"},
        {"QUERY_STRING": "page=0&evil=1"},
        {"QUERY_STRING": "page=2&page=3&x=" + "evil" * 2000},
    ],
    ids=lambda headers: "-".join(headers)[:40] + next(iter(headers.values()))[:12],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_one_visitor_sends_is_in_nobody_elses_page(home, settings, headers, method):
    settings.ALLOWED_HOSTS = ["testserver"]
    index = factories.BlogIndexPageFactory(parent=home)
    factories.BlogPostPageFactory(parent=index)
    plain = {path: Site().get(path) for path in ("/", index.url)}
    site = Site()
    for path in plain:
        site.get(path, method, **headers)
    for path, expected in plain.items():
        reply = site.get(path)
        assert (reply.status, reply.text) == (200, expected.text)
        assert reply.headers == expected.headers
        assert "evil" not in reply.text
        assert "evil" not in str(reply.headers)


@pytest.mark.parametrize("path", ["//", "/BLOG/", "/blog//", "/blog", "//evil.example/", "/blog/?page=1", "/./blog/"])
def test_another_spelling_of_an_address_has_no_say_in_the_page(home, path):
    index = factories.BlogIndexPageFactory(parent=home, title="Blog")
    expected = {address: Site().get(address).text for address in ("/", index.url)}
    site = Site()
    for _ in range(2):
        odd = site.get(path)
        assert odd.status in {200, 301, 404}
        assert "evil.example" not in odd.headers.get("location", "")
    assert {address: site.get(address).text for address in expected} == expected


# --- Never private --------------------------------------------------------------------------------

#: Every address that has no page, by its pattern's name, with what it needs; and whether its answer may be kept.
PUBLIC_ADDRESSES = ["/", "/sitemap.xml", "/robots.txt", "/.well-known/security.txt", "/favicon.ico", "/search/?q=a"]


@pytest.mark.parametrize("cookie", ["sessionid=abc", "messages=abc", "a=b; sessionid=", "sessionid"])
def test_no_answer_passes_between_sessions_and_the_store(demo_site, cookie):
    """At the address of a page of each type and at those without a page."""
    site, kinds = Site(), {}
    for page in Page.objects.live().filter(depth__gte=2).specific():
        kinds.setdefault(type(page), page.get_url())
    for address in dict.fromkeys([*PUBLIC_ADDRESSES, *kinds.values()]):
        made = len(site.made)
        site.get(address)
        before = len(site.cache)
        site.get(address, HTTP_COOKIE=cookie)
        site.get(address, HTTP_COOKIE=cookie)
        assert len(site.made) == made + 3, address
        assert len(site.cache) == before, address
        empty = Site()
        empty.get(address, HTTP_COOKIE=cookie)
        assert len(empty.cache) == 0, address


# --- Under load -----------------------------------------------------------------------------------


def test_a_purge_under_load_has_each_page_made_once_for_each_state():
    """Fifty ask for five pages, over and over, while the state changes four times."""
    addresses = [f"/{number}/" for number in range(5)]
    made, lock, state = [], threading.Lock(), ["0"]

    def application(environ, start_response):
        known = state[0]
        threading.Event().wait(0.05)
        with lock:
            made.append((environ["PATH_INFO"], environ[STATE]))
        environ[CACHEABLE] = f"{environ['PATH_INFO']} {known}".encode()
        start_response("200 OK", [("Content-Type", "text/html")])
        return [environ[CACHEABLE]]

    clock = count()
    kept = PageCache(
        application,
        scheme_of=lambda *given: "http",
        reader=StateReader(lambda: state[0], lambda: next(clock)),
        cache=ResponseCache(),
    )
    for number in range(5):
        state[0] = str(number)
        begun = threading.Barrier(50)

        def ask(index: int, begun=begun) -> list[str]:
            begun.wait()
            return [Reply(kept, environ_of(addresses[(index + step) % 5])).text for step in range(10)]

        with ThreadPoolExecutor(50) as pool:
            answers = {text for texts in pool.map(ask, range(50)) for text in texts}
        assert answers == {f"{address} {number}" for address in addresses}
    assert sorted(made) == sorted((address, str(number)) for address in addresses for number in range(5))
    assert kept._making == {}
