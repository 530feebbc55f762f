import re

import pytest
from bs4 import BeautifulSoup
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import Client, RequestFactory

from firm.middleware import ReadableCharset, TrustedProxyMiddleware
from firm.wsgi import application
from tests import factories
from tests.conftest import made_once, make_home

PROXY, VISITOR, FORGED = "10.0.0.5", "203.0.113.9", "198.51.100.1"


def seen(settings, trusted: list[str], *, sender: str = PROXY, **headers):
    """Return the request as the views see it, sent by ``sender``."""
    settings.TRUSTED_PROXIES = trusted
    requests = []
    middleware = TrustedProxyMiddleware(lambda request: requests.append(request) or HttpResponse())
    middleware(RequestFactory().get("/", REMOTE_ADDR=sender, **headers))
    return requests[0]


@pytest.mark.parametrize("trusted", [[], ["10.0.0.6"], ["192.168.0.0/16"]])
def test_a_forged_address_is_not_believed(settings, trusted):
    assert seen(settings, trusted, HTTP_X_FORWARDED_FOR=FORGED).META["REMOTE_ADDR"] == PROXY


def test_a_forged_scheme_is_not_believed(settings):
    assert not seen(settings, [], HTTP_X_FORWARDED_PROTO="https").is_secure()


@pytest.mark.parametrize("name", ["FOR", "PROTO", "HOST", "PORT"])
@pytest.mark.parametrize("trusted", [[], [PROXY]])
def test_no_claim_reaches_the_views(settings, trusted, name):
    assert f"HTTP_X_FORWARDED_{name}" not in seen(settings, trusted, **{f"HTTP_X_FORWARDED_{name}": "x"}).META


@pytest.mark.parametrize("sender", ["", "unix:", "not an address"])
def test_a_sender_without_an_address_is_not_trusted(settings, sender):
    request = seen(settings, ["0.0.0.0/0"], sender=sender, HTTP_X_FORWARDED_FOR=FORGED)
    assert request.META["REMOTE_ADDR"] == sender


@pytest.mark.parametrize("header", ["", "unknown", "not an address", "203.0.113.9:5678", f"{FORGED}, unknown", ","])
def test_a_header_that_is_no_list_of_addresses_is_not_believed(settings, header):
    assert seen(settings, [PROXY], HTTP_X_FORWARDED_FOR=header).META["REMOTE_ADDR"] == PROXY


@pytest.mark.parametrize("trusted", [[PROXY], ["10.0.0.0/8"], ["10.0.0.5/8"]])
def test_a_trusted_proxy_names_the_visitor(settings, trusted):
    assert seen(settings, trusted, HTTP_X_FORWARDED_FOR=VISITOR).META["REMOTE_ADDR"] == VISITOR


@pytest.mark.parametrize(
    "header",
    [f"{FORGED}, {VISITOR}", f"{FORGED},{VISITOR}, 10.0.0.7", f"10.0.0.9, {VISITOR}, 10.0.0.8, 10.0.0.7"],
)
def test_in_a_chain_the_last_address_that_is_not_ours_counts(settings, header):
    assert seen(settings, ["10.0.0.0/8"], HTTP_X_FORWARDED_FOR=header).META["REMOTE_ADDR"] == VISITOR


def test_a_chain_of_our_own_proxies_alone_changes_nothing(settings):
    assert seen(settings, ["10.0.0.0/8"], HTTP_X_FORWARDED_FOR="10.0.0.7").META["REMOTE_ADDR"] == PROXY


@pytest.mark.parametrize(("sender", "visitor"), [("::1", "2001:db8::9")])
def test_addresses_may_be_of_version_six(settings, sender, visitor):
    request = seen(settings, ["::1"], sender=sender, HTTP_X_FORWARDED_FOR=visitor)
    assert request.META["REMOTE_ADDR"] == visitor


@pytest.mark.parametrize(
    ("proto", "is_secure"), [("https", True), (" HTTPS ", True), ("http", False), ("", False), ("https,http", False)]
)
def test_a_trusted_proxy_names_the_scheme(settings, proto, is_secure):
    assert seen(settings, [PROXY], HTTP_X_FORWARDED_PROTO=proto).is_secure() is is_secure


def test_a_secure_site_leads_plain_requests_to_https(home, client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/", HTTP_X_FORWARDED_PROTO="https")["Location"] == "https://testserver/"


def test_health_is_answered_without_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200


# --- Headers of every answer -------------------------------------------------------------------------


def policy(response) -> dict[str, list[str]]:
    header = response.headers["Content-Security-Policy"]
    return {part.split()[0]: part.split()[1:] for part in header.split(";") if part.strip()}


PUBLIC = ["/", "/about/", "/search/?q=a", "/nothing/", "/attorneys/ada/contact.vcf", "/blog/feed/", "/sitemap.xml"]


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker):
    """The answer at each kind of public address, asked for once."""
    with made_once(django_db_blocker):
        make_home()
        factories.StandardPageFactory(slug="about")
        factories.AttorneyPageFactory(slug="ada")
        factories.BlogPostPageFactory()
        client = Client()
        return {path: client.get(path) for path in PUBLIC}


@pytest.fixture(params=PUBLIC)
def public(request, answers):
    """The answer at each kind of public address."""
    return answers[request.param]


def test_the_public_site_loads_nothing_that_is_not_named(public):
    assert policy(public)["default-src"] == ["'none'"]


def test_the_public_site_allows_no_inline_code(public):
    assert not re.search(r"unsafe-|nonce-|\*|https?:", public.headers["Content-Security-Policy"])


@pytest.mark.parametrize(
    ("directive", "value"), [("base-uri", "'none'"), ("form-action", "'self'"), ("frame-ancestors", "'self'")]
)
def test_what_default_src_does_not_cover_is_named(public, directive, value):
    assert policy(public)[directive] == [value]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_every_answer_has_the_header(public, name, value):
    assert public.headers[name] == value


@pytest.mark.parametrize("feature", ["camera", "geolocation", "microphone", "payment", "usb"])
def test_every_answer_denies_the_browsers_devices(public, feature):
    assert f"{feature}=()" in public.headers["Permissions-Policy"]


def test_no_public_answer_sets_a_cookie(public):
    assert not public.cookies


def test_the_staffs_side_has_its_own_policy(home, client):
    response = client.get("/admin/login/")
    assert policy(response)["default-src"] == ["'none'"]
    assert policy(response)["script-src"] == ["'self'"]


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/", "/admin/pages/"])
def test_the_staffs_side_is_not_indexed(home, client, path):
    assert client.get(path)["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("path", ["/administration/", "/about/admin/", "/ADMIN/"])
def test_addresses_that_look_like_the_staffs_side_have_the_public_policy(home, client, path):
    assert "'unsafe-inline'" not in client.get(path)["Content-Security-Policy"]


def test_the_login_works_under_its_policy(home, client):
    """No script or style of another host."""
    drawn = BeautifulSoup(client.get("/admin/login/").content, "html.parser")
    urls = [tag.get("src") or tag.get("href") for tag in drawn.select("script[src], link[rel=stylesheet]")]
    assert urls
    assert all(url.startswith("/") and not url.startswith("//") for url in urls)


def status_of(method: str, path: str, charset: str) -> tuple[str, dict]:
    """Ask the site as a server does; return status and headers."""
    kind, told = f"application/x-www-form-urlencoded; charset={charset}", []
    environ = RequestFactory().generic(method, path, b"a=%ff").environ | {"CONTENT_TYPE": kind}
    result = ReadableCharset(WSGIHandler())(
        environ, lambda status, headers, failure=None: told.append((status, headers))
    )
    if hasattr(result, "close"):
        result.close()
    return told[0][0], dict(told[0][1])


@pytest.mark.usefixtures("open_connection", "home")
@pytest.mark.parametrize("charset", ["zip", "rot13", "idna", "utf-16", "unicode_escape", "hex", "punycode", "utf-7"])
@pytest.mark.parametrize("path", ["/", "/free-consultation/", "/admin/login/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_charset_of_no_form_is_refused(path, charset, method):
    status, headers = status_of(method, f"{path}?next=%ff&q=a", charset)
    assert status == "400 Bad Request"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("open_connection", "home")
@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "iso-8859-1", "windows-1252", "us-ascii", "nobody-knows-it"])
def test_the_charsets_of_forms_are_read(charset):
    assert status_of("GET", "/?q=a", charset)[0] == "200 OK"


def test_the_site_is_served_with_it():
    found = application
    while not isinstance(found, ReadableCharset):
        found = found.application
    assert isinstance(found.application, WSGIHandler)
