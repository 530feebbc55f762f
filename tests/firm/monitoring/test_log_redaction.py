"""No secret of a path reaches a log, neither of existing paths nor of mistyped ones."""

import secrets
import uuid

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.urls import Resolver404, get_resolver, resolve
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver
from hypothesis import given
from hypothesis import strategies as st

from firm.monitoring.log_redaction import MASK, clean_path, path_of
from tests.consultations.conftest import make_user


def patterns(found=None, before: str = ""):
    """Every URL pattern with converters, and the kinds of its parameters."""
    for entry in found or get_resolver().url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and isinstance(entry.pattern, RoutePattern):
            yield route


def filled(route: str, secret: str) -> str:
    """A path of the pattern with a secret for every parameter that accepts one."""
    parts = {"int": "7", "uuid": str(uuid.UUID(int=5)), "slug": secret, "str": secret, "path": f"a/{secret}"}
    path = route
    while "<" in path:
        start, rest = path.split("<", 1)
        inside, end = rest.split(">", 1)
        kind = inside.split(":")[0] if ":" in inside else "str"
        path = start + parts.get(kind, secret) + end
    return "/" + path


def test_no_parameter_of_any_address_is_logged_unless_it_is_a_number():
    seen = 0
    for route in patterns():
        if "<" not in route or "(" in route:
            continue
        for secret in ("jane", "q7", "k7mw-3qfp", "abcdefghij"):
            path = filled(route, secret)
            try:
                match = resolve(path)
            except Resolver404:
                continue
            if match.route != route:  # an earlier pattern takes the address
                continue
            logged = path_of(path, match)
            seen += 1
            assert secret not in logged, (path, logged)
    assert seen > 100


def test_numbers_remain():
    assert path_of("/admin/consultations/12/", resolve("/admin/consultations/12/")) == "/admin/consultations/12/"


def test_a_feeds_token_is_not_logged():
    path = f"/calendar/{secrets.token_urlsafe(32)}.ics"
    assert path_of(path, resolve(path)) == "/calendar/*.ics"


@pytest.mark.django_db
def test_a_link_to_a_new_password_is_not_logged():
    token = default_token_generator.make_token(make_user("jane"))
    path = f"/admin/password_reset/confirm/MQ/{token}/"
    logged = path_of(path, resolve(path))
    assert logged == "/admin/password_reset/confirm/*/*/"


SECRETS = {
    "random": lambda: secrets.token_urlsafe(32),
    "short": lambda: secrets.token_urlsafe(16),
    "hexadecimal": lambda: secrets.token_hex(16),
    "uuid": lambda: str(uuid.uuid4()),
    "signed": lambda: signing.dumps({"request": 5}),
}


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("path", ["/calendar/{}", "/free-consultation/times/{}/", "/{}", "/admin/x/{}/a/", "/{}.ics"])
def test_a_secret_at_an_address_that_there_is_not_is_masked(kind, path):
    for _ in range(200):
        secret = SECRETS[kind]()
        logged = clean_path(path.format(secret))
        assert MASK in logged
        assert secret not in logged


@pytest.mark.parametrize(
    "part",
    ["K7MW-3QFP", "k7mw-3qfp", "k7mw3qfp", "jane@example.com", "212-555-0123", "+12125550123", "Jane Secret", "é"],
)
def test_what_is_about_a_person_is_masked(part):
    assert clean_path(f"/x/{part}/") == "/x/*/"


@pytest.mark.parametrize(
    "path",
    ["/", "/practice-areas/drug-crimes/", "/blog/archive/2024/", "/blog/feed/", "/attorneys/pat-doe/contact.vcf",
     "/sitemap.xml", "/.well-known/security.txt", "/blog/what-to-do-in-the-first-24-hours/"],
)  # fmt: skip
def test_paths_of_pages_remain(path):
    assert clean_path(path) == path


def test_queries_are_cut_off():
    assert clean_path("/search/?q=jane") == "/search/"


@given(st.text(max_size=300))
def test_no_path_breaks_it(text):
    logged = clean_path(text)
    assert len(logged) <= 13 * 101 + 2
    assert "?" not in logged
