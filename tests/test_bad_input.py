"""Whatever a client sends, the site answers with a page, a redirect or a refusal: never with a server error."""

import os
import time
from urllib.parse import quote, urlencode

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from wagtail.models import Site

from consultations.models import ConsultationPage
from firm.models import FirmSettings
from tests import factories

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/about/",
    "/contact/",
    "/practice-areas/",
    "/practice-areas/fraud/",
    "/attorneys/",
    "/attorneys/ada/",
    "/testimonials/",
    "/testimonials/voice/",
    "/blog/",
    "/blog/entry/",
    "/blog/category/trials/",
    "/blog/tag/bail/",
    "/blog/archive/2024/",
    "/blog/feed/",
    "/blog/feed/atom/",
    "/free-consultation/",
    "/free-consultation/thank-you/",
]
VIEWS = [
    "/search/",
    "/sitemap.xml",
    "/robots.txt",
    "/.well-known/security.txt",
    "/favicon.ico",
    "/healthz",
    "/readyz",
    "/attorneys/ada/contact.vcf",
]
HEADERS = [
    "HTTP_ACCEPT_ENCODING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_COOKIE",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_NONE_MATCH",
    "HTTP_RANGE",
    "HTTP_REFERER",
    "HTTP_USER_AGENT",
    "HTTP_X_FORWARDED_FOR",
    "REMOTE_ADDR",
]
#: Beginnings of addresses behind which something looks the rest up.
BEGINNINGS = [
    "/",
    "/blog/",
    "/blog/category/",
    "/blog/tag/",
    "/blog/archive/",
    "/blog/feed/",
    "/attorneys/",
    "/practice-areas/",
    "/testimonials/",
    "/free-consultation/",
    "/media/",
    "/media/images/",
    "/media/social/",
    "/documents/",
    "/documents/1/",
    "/footnotes/",
    "/static/",
    "/_util/",
    "/.well-known/",
]
PARAMETERS = ["page", "q", "practice_area", "role", "language", "office", "attorney", "utm_source", "page[]", ""]
FREELY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
NASTY = [
    "",
    " ",
    "\x00",
    "\r\nSet-Cookie: a=b",
    "\u202e",
    "\ud7ff\U0010ffff",
    "İstanbul ﷺ",
    "' OR 1=1 --",
    '"; DROP TABLE blog_category; --',
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% debug %}",
    "../../../../etc/passwd",
    "%",
    "%%%",
    "_%",
    "\\",
    "AND OR NOT NEAR(",
    '"unbalanced',
    "*",
    "a* OR b:c ^",
    "9" * 5000,
    "-1",
    "1e400",
    "NaN",
    "٣",
    "word " * 2000,
    "ü" * 3000,
]

texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=80) | st.sampled_from(NASTY)
#: Raw bytes of an address as they may come over the wire, percent signs and all.
raw_bytes = st.binary(max_size=40) | st.sampled_from(
    [b"%", b"%zz", b"%c3%28", b"%ff%fe", b"%00", b"%u0041", b"\xff\xfe"]
)


@pytest.fixture(scope="module")
def visitor(django_db_setup, django_db_blocker):
    """A client of a site that has one page of every type."""
    with django_db_blocker.unblock(), transaction.atomic():
        home = factories.HomePageFactory()
        factories.FirmSettingsFactory(site=Site.objects.get(is_default_site=True))
        factories.StandardPageFactory(slug="about")
        factories.ContactPageFactory()
        area = factories.PracticeAreaPageFactory(slug="fraud")
        office = factories.OfficeFactory(firm=FirmSettings.objects.get())
        ada = factories.AttorneyPageFactory(slug="ada", practice_areas=[area], office=office)
        factories.TestimonialPageFactory(slug="voice", attorney=ada, practice_area=area)
        trials = factories.CategoryFactory(slug="trials")
        factories.BlogPostPageFactory(slug="entry", category=trials, tags=["bail"], authors=[ada])
        page = ConsultationPage(title="Free consultation", slug="free-consultation")
        home.add_child(instance=page)
        page.save_revision().publish()
        yield Client(raise_request_exception=False)
        transaction.set_rollback(True)
    cache.clear()


def answer(visitor, method: str, path: str, query: str = "", **extra):
    """Send path and query as they are, not normalized by the client."""
    return visitor.generic(method, "/", PATH_INFO=path, QUERY_STRING=query, **extra)


# --- What must work, so that the rest means something -----------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, *VIEWS])
def test_the_address_is_there(visitor, path):
    response = answer(visitor, "GET", path)
    assert response.status_code == (302 if path == "/favicon.ico" else 200)


# --- Methods ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, *VIEWS])
def test_head_has_the_status_of_get_and_no_body(visitor, path):
    got, asked = answer(visitor, "GET", path), answer(visitor, "HEAD", path)
    assert asked.status_code == got.status_code
    assert asked.content == b""
    assert asked.headers.get("Content-Type") == got.headers.get("Content-Type")


@pytest.mark.parametrize("path", PAGES)
def test_options_names_the_methods(visitor, path):
    response = answer(visitor, "OPTIONS", path)
    assert response.status_code in {200, 204}
    allowed = {method.strip() for method in response["Allow"].split(",")}
    assert {"GET", "HEAD", "OPTIONS"} <= allowed
    assert allowed <= {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "X" * 200])
@pytest.mark.parametrize("path", [*(page for page in PAGES if page != "/free-consultation/"), *VIEWS])
def test_other_methods_are_refused(visitor, path, method):
    response = answer(visitor, method, path)
    assert response.status_code == (200 if path in {"/healthz", "/readyz"} else 405)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_the_form_takes_get_and_post_only(visitor, method):
    assert answer(visitor, method, "/free-consultation/").status_code == 405


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
def test_an_unknown_address_is_not_found_by_any_method(visitor, method):
    assert answer(visitor, method, "/nowhere/").status_code == 404


# --- Addresses --------------------------------------------------------------------------------------


@FREELY
@given(beginning=st.sampled_from(BEGINNINGS), rest=raw_bytes, slash=st.sampled_from(["", "/"]))
@example(beginning="/blog/", rest=b"\x00", slash="/")
@example(beginning="/media/images/", rest=b"../../db.sqlite3", slash="")
@example(beginning="/media/", rest=b"images/%2e%2e/%2e%2e/secrets.json", slash="")
@example(beginning="/documents/", rest=b"9" * 40 + b"/a.txt", slash="")
@example(beginning="/blog/archive/", rest=b"9" * 40, slash="/")
@example(beginning="/", rest=b"a/" * 40, slash="")
@example(beginning="/", rest=b"a" * 3000, slash="/")
def test_any_bytes_in_an_address(visitor, beginning, rest, slash):
    # WSGI hands paths over as Latin-1 (PEP 3333)
    path = beginning + rest.decode("latin-1") + slash
    assert answer(visitor, "GET", path).status_code < 500


@FREELY
@given(beginning=st.sampled_from(BEGINNINGS), rest=texts)
def test_any_text_in_an_address(visitor, beginning, rest):
    assert visitor.get(beginning + quote(rest) + "/").status_code < 500


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_hostile_text_in_an_address(visitor, beginning, text):
    assert visitor.get(f"{beginning}{quote(text)}/").status_code < 500


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/blog/\x00/", 400),
        ("/nothing/", 404),
        ("/blog/category/gone/", 404),
        ("/blog/tag/gone/", 404),
        ("/blog/archive/1800/", 404),
        ("/attorneys/nobody/contact.vcf", 404),
        ("/media/documents/secret.pdf", 404),
        ("/media/images/none.jpg", 404),
        ("/media/images/../../secrets.json", 404),
        ("/media/images/" + "a" * 300 + ".jpg", 404),
        ("/documents/" + "9" * 1000 + "/a.pdf", 404),
        ("/" + "a" * 3000 + "/", 414),
        ("/documents/1/none.pdf", 404),
        ("/blog/entry", 301),
        ("/attorneys/ada", 301),
    ],
)
def test_addresses_that_are_not_quite_right(visitor, path, status):
    assert answer(visitor, "GET", path).status_code == status


def test_not_found_helps(visitor):
    response = answer(visitor, "GET", "/nothing/")
    html = response.content.decode()
    assert response.status_code == 404
    assert 'name="q"' in html
    assert "tel:+12125550100" in html
    assert 'content="noindex"' in html


# --- Queries ----------------------------------------------------------------------------------------


@FREELY
@given(path=st.sampled_from([*PAGES, *VIEWS]), query=raw_bytes)
def test_any_bytes_in_a_query(visitor, path, query):
    assert answer(visitor, "GET", path, query.decode("latin-1")).status_code < 400


@FREELY
@given(
    path=st.sampled_from([*PAGES, *VIEWS]),
    query=st.lists(st.tuples(st.sampled_from(PARAMETERS) | texts, texts), max_size=5),
)
@example(path="/search/", query=[("q", "\x00")])
@example(path="/search/", query=[("q", "fraud"), ("page", "99999999999999999999")])
@example(path="/testimonials/", query=[("practice_area", "\x00")])
@example(path="/free-consultation/", query=[("attorney", "\x00"), ("practice_area", "\x00")])
def test_any_parameters(visitor, path, query):
    assert answer(visitor, "GET", path, urlencode(query)).status_code < 400


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("name", ["q", "page", "practice_area"])
@pytest.mark.parametrize("path", ["/search/", "/testimonials/", "/attorneys/", "/blog/", "/free-consultation/"])
def test_hostile_text_in_a_parameter(visitor, path, name, text):
    response = answer(visitor, "GET", path, urlencode({name: text, "q" if name == "page" else "page": "1"}))
    assert response.status_code == 200
    assert b"<script>alert" not in response.content
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"onfocus="alert(1)', "{{ 70707*70707 }}"])
def test_what_was_searched_for_is_shown_as_text(visitor, text):
    soup = BeautifulSoup(visitor.get("/search/", {"q": text}).content, "html.parser")
    assert soup.select_one("[role=status]").get_text() == f"Nothing was found for “{text}”"
    assert not soup.select("script:not([src]):not([type='application/ld+json']), [onfocus]")


def test_very_many_parameters(visitor):
    response = answer(visitor, "GET", "/search/", "&".join(f"a{number}=1" for number in range(5000)))
    assert response.status_code < 500


# --- Headers and bodies -----------------------------------------------------------------------------


@FREELY
@given(
    name=st.sampled_from(HEADERS),
    value=raw_bytes,
)
def test_any_bytes_in_a_header(visitor, name, value):
    assert answer(visitor, "GET", "/blog/", **{name: value.decode("latin-1")}).status_code < 500


@pytest.mark.parametrize("host", ["evil.example", "testserver:abc", "[::1", "a b", "\xff", "x" * 999])
def test_a_foreign_host_is_refused(visitor, host):
    assert answer(visitor, "GET", "/", HTTP_HOST=host).status_code == 400


@pytest.mark.parametrize("host", ["testserver", "testserver:99999", "localhost"])
def test_an_allowed_host_is_served_on_any_port(visitor, host):
    assert answer(visitor, "GET", "/", HTTP_HOST=host).status_code == 200


@FREELY
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/json",
            "multipart/form-data; boundary=x",
            "text/plain; charset=nonsense",
            "",
        ]
    ),
)
def test_any_body_sent_to_the_form(visitor, body, kind):
    assert visitor.generic("POST", "/free-consultation/", body, content_type=kind).status_code < 500


# --- Many requests ----------------------------------------------------------------------------------

#: How many are made; `make soak` makes ten thousand, and looks at how long each takes.
MANY, AT_A_TIME = int(os.environ.get("ODD_REQUESTS", "1000")), 20
FORMS = {
    "/free-consultation/": [
        "full_name",
        "phone",
        "email",
        "message",
        "court_date",
        "form_token",
        "acknowledge",
        "proof",
    ],
    "/admin/login/": ["username", "password", "next"],
    "/admin/password_reset/": ["email"],
}
#: What a request is: method, path, query, fields, headers.
gets = st.tuples(
    st.sampled_from(["GET", "GET", "GET", "HEAD", "OPTIONS", "DELETE"]),
    st.sampled_from([*PAGES, *VIEWS, *FORMS])
    | st.builds(lambda start, rest: start + rest.decode("latin-1"), st.sampled_from(BEGINNINGS), raw_bytes),
    st.builds(urlencode, st.lists(st.tuples(st.sampled_from(PARAMETERS), texts), max_size=3)),
    st.just({}),
    st.dictionaries(st.sampled_from(HEADERS), raw_bytes.map(lambda value: value.decode("latin-1")), max_size=2),
)
posts = st.sampled_from(sorted(FORMS)).flatmap(
    lambda path: st.tuples(
        st.just("POST"),
        st.just(path),
        st.just(""),
        st.dictionaries(st.sampled_from(FORMS[path]), texts, max_size=8),
        st.just({}),
    )
)


def test_no_request_of_many_fails(visitor):
    """With `ODD_REQUESTS` none takes two seconds of this process either."""
    made = []

    @settings(FREELY, max_examples=MANY // AT_A_TIME)
    @given(st.lists(gets | gets | posts, min_size=AT_A_TIME, max_size=AT_A_TIME))
    def send(requests):
        for method, path, query, fields, headers in requests:
            begin = time.process_time()
            body = urlencode(fields).encode() if method == "POST" else b""
            response = visitor.generic(
                method,
                "/",
                body,
                content_type="application/x-www-form-urlencoded",
                PATH_INFO=path,
                QUERY_STRING=query,
                **headers,
            )
            made.append(response.status_code)
            assert response.status_code < 500, (method, path, query, fields, headers)
            assert "ODD_REQUESTS" not in os.environ or time.process_time() - begin < 2, (method, path, query, fields)

    send()
    assert len(made) >= MANY * 0.95
    assert {200, 404} <= set(made)
