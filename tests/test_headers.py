"""The headers of every kind of response, refusals and errors included, and their score by published rules."""

import re
from collections.abc import Callable
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from consultations.models import ConsultationPage
from firm import views
from firm.middleware import scheme_reader
from firm.page_cache.middleware import PageCache
from tests import factories

FIXED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Permitted-Cross-Domain-Policies": "none",
}
HALF_A_YEAR = 15_768_000


@pytest.fixture
def secure(settings, home):
    """A client of the site over https, which shows errors as visitors see them."""
    settings.SECURE_SSL_REDIRECT = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_HSTS_SECONDS = 63_072_000
    factories.StandardPageFactory(slug="about")
    factories.AttorneyPageFactory(slug="ada")
    return Client(raise_request_exception=False)


def fail(*args, **kwargs):
    raise RuntimeError("A fault of ours")


#: Status, method, address and what else is sent, for each kind of answer.
ANSWERS: dict[str, tuple[int, str, str, dict]] = {
    "page": (200, "GET", "/", {}),
    "search": (200, "GET", "/search/?q=a", {}),
    "card": (200, "GET", "/attorneys/ada/contact.vcf", {}),
    "robots": (200, "GET", "/robots.txt", {}),
    "health": (200, "GET", "/healthz", {}),
    "static": (200, "GET", "/static/js/site.js", {}),
    "part of a static file": (206, "GET", "/static/js/site.js", {"HTTP_RANGE": "bytes=0-9"}),
    "beyond the end of a static file": (416, "GET", "/static/js/site.js", {"HTTP_RANGE": "bytes=999999-"}),
    "static without change": (
        304,
        "GET",
        "/static/js/site.js",
        {"HTTP_IF_MODIFIED_SINCE": "Thu, 31 Dec 2099 00:00:00 GMT"},
    ),
    "slash": (301, "GET", "/about", {}),
    "icon": (302, "GET", "/favicon.ico", {}),
    "login": (302, "GET", "/admin/", {}),
    "foreign host": (400, "GET", "/", {"HTTP_HOST": "evil.example"}),
    "null byte": (400, "GET", "/about/%00", {}),
    "nothing": (404, "GET", "/nothing/", {}),
    "no file": (404, "GET", "/static/nothing.js", {}),
    "no picture": (404, "GET", "/media/images/none.jpg", {}),
    "no document": (404, "GET", "/documents/1/none.pdf", {}),
    "method": (405, "POST", "/search/", {}),
    "static method": (405, "POST", "/static/js/site.js", {}),
    "long": (414, "GET", "/" + "a" * 3000, {}),
}


@pytest.fixture(params=ANSWERS)
def answer(request, secure):
    """The response of each kind."""
    status, method, path, sent = ANSWERS[request.param]
    response = secure.generic(method, path, secure=True, **sent)
    assert response.status_code == status
    return response


def check(headers) -> None:
    assert {name: headers[name] for name in FIXED if name in headers} == FIXED
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-eval" not in policy


def test_every_kind_of_response_has_all_headers(answer):
    check(answer.headers)


#: What answers say that are neither a page nor said otherwise by their view: the same for all kinds.
OWN_CACHING = {"page", "robots", "health", "static", "part of a static file", "static without change", "card", "login"}


@pytest.mark.parametrize("kind", [kind for kind in ANSWERS if kind not in OWN_CACHING])
def test_what_may_not_be_shared_says_so(secure, kind):
    _, method, path, sent = ANSWERS[kind]
    assert secure.generic(method, path, secure=True, **sent)["Cache-Control"] == "private, no-store"


def test_every_response_says_how_it_is_cached(answer):
    assert answer["Cache-Control"]


def test_a_page_may_be_shared_for_a_second_and_not_when_staff_ask_for_it(secure, client_of):
    assert secure.get("/about/", secure=True)["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert client_of("Editors").get("/about/", secure=True)["Cache-Control"] == "private, no-store"


def test_the_way_to_https_has_them(secure):
    response = secure.get("/about/")
    assert response.status_code == 301
    assert response["Location"] == "https://testserver/about/"
    assert {name: response.headers[name] for name in FIXED} == FIXED
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_form_without_its_token_has_them(secure):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/admin/login/", {"username": "a"}, secure=True)
    assert response.status_code == 403
    check(response.headers)


def test_a_body_that_is_too_large_has_them(secure, home):
    home.add_child(instance=ConsultationPage(title="Free consultation", slug="free-consultation"))
    response = secure.post("/free-consultation/", {"message": "x" * 1_200_000}, secure=True)
    assert response.status_code in {400, 413, 422}
    check(response.headers)


def test_a_server_error_has_them(secure, monkeypatch):
    monkeypatch.setattr(views, "find", fail)
    response = secure.get("/search/?q=a", secure=True)
    assert response.status_code == 500
    check(response.headers)


def test_a_site_that_is_not_ready_has_them(secure, monkeypatch):
    monkeypatch.setitem(views._READINESS, "database", fail)
    response = secure.get("/readyz", secure=True)
    assert response.status_code == 503
    check(response.headers)


@pytest.mark.usefixtures("open_connection")
@pytest.mark.parametrize("known", [False, True])
def test_a_cached_page_has_them(secure, known):
    site = PageCache(WSGIHandler(), scheme_of=scheme_reader(), reader=Standing())
    environ = {"HTTP_HOST": "testserver", "PATH_INFO": "/about/", "wsgi.url_scheme": "https"}
    first = ask(site, environ)
    answer = ask(site, environ | ({"HTTP_IF_NONE_MATCH": first[1]["ETag"]} if known else {}))
    assert answer[0] == ("304 Not Modified" if known else "200 OK")
    check(answer[1])


class Standing:
    """A site that never changes."""

    def state(self) -> str:
        return "always"


def ask(site: Callable, environ: dict) -> tuple[str, dict[str, str]]:
    told = []
    environ = dict(environ)
    setup_testing_defaults(environ)
    body = site(environ, lambda status, headers, failure=None: told.append((status, dict(headers))))
    b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return told[0]


# --- What the headers are worth ---------------------------------------------------------------------


def directives(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


def points(response, scripts: list[str]) -> dict[str, int]:
    """Return the modifiers of the HTTP Observatory's table (docs/scoring.md) that an answer over https gets.

    A redirection to https and cookies, of which there are none, are worth nothing.
    """
    headers, found = response.headers, {}
    policy = directives(headers.get("Content-Security-Policy", ""))
    loose = [value for name in ("default-src", "script-src", "style-src") for value in policy.get(name, ["*"])]
    is_strict = not re.search(r"unsafe-|\*|https?:|data:", " ".join(loose))
    found["policy"] = (10 if policy.get("default-src") == ["'none'"] else 5) if is_strict else -20
    found["cookies"] = -40 if response.cookies else 0
    age = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    found["transport"] = 0 if age and int(age[1]) >= HALF_A_YEAR else -20
    private = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    found["referrer"] = 5 if headers.get("Referrer-Policy") in private else -5
    found["scripts"] = 0 if all(src.startswith("/") and not src.startswith("//") for src in scripts) else -50
    found["sniffing"] = 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5
    found["frames"] = 5 if "frame-ancestors" in policy else -20
    found["resources"] = 10 if headers.get("Cross-Origin-Resource-Policy") in {"same-origin", "same-site"} else 0
    found["sharing"] = -50 if headers.get("Access-Control-Allow-Credentials") else 0
    return found


@pytest.mark.parametrize("path", ["/", "/about/", "/attorneys/ada/", "/search/?q=a", "/nothing/"])
def test_the_public_site_is_worth_130_points(secure, path):
    response = secure.get(path, secure=True)
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', response.content.decode())
    assert scripts
    modifiers = points(response, scripts)
    assert 100 + sum(modifiers.values()) >= 130, modifiers


def test_a_weaker_policy_is_worth_less(secure):
    response = secure.get("/", secure=True)
    response.headers["Content-Security-Policy"] = "default-src 'self' 'unsafe-inline'"
    assert 100 + sum(points(response, []).values()) < 130


def test_no_text_becomes_a_script_on_the_public_site(secure):
    policy = directives(secure.get("/", secure=True)["Content-Security-Policy"])
    assert policy["require-trusted-types-for"] == ["'script'"]
    assert policy["trusted-types"] == ["proof-worker"]


def test_wagtails_userbar_works_on_public_pages(secure, client_of):
    response = client_of("Editors").get("/about/", secure=True)
    assert b"wagtail-userbar" in response.content
    assert "trusted-types" not in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
