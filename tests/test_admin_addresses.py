"""Invalid numbers, dates and names in the addresses of the admin are refused, never a server error."""

import re
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import get_resolver
from wagtail.models import Page

from firm.middleware import BadAddressMiddleware
from tests import factories
from tests.consultations.conftest import build_site, make_user

pytestmark = pytest.mark.django_db
#: What views of Wagtail and of ours read from a query.
PARAMETERS = (
    *("id", "p", "page", "position", "ordering", "object_id", "childOf", "parent_page_id", "page_id"),
    *("target_pages[]", "user", "collection_id", "tag", "q", "locale", "page_type", "content_type", "date_from"),
    *("date_to", "timestamp", "next", "workflow", "status", "child_of", "descendant_of", "limit", "offset"),
)
ODD = ["x", "", "-1", "\0", "2027-13-45", "9" * 20, "9" * 5000]
#: Wagtail's page that fails on purpose, and what ends the session.
LEFT_OUT = ("failwhale", "logout")


def addresses(resolver, beginning: str = ""):
    """Every pattern below ``/admin/``, with its groups."""
    for pattern in resolver.url_patterns:
        address = beginning + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, address)
        elif address.startswith("admin/") and not any(name in address for name in LEFT_OUT):
            yield address


def filled(address: str, number: str, text: str) -> str:
    """An address of a pattern: ``number`` for what takes digits alone, ``text`` for all else."""
    address = re.sub(r"<uuid:\w+>", "00000000-0000-0000-0000-000000000000", address)
    address = re.sub(r"<int:\w+>|\((?:\?P<\w+>)?\\d\+\)", number, address)
    address = re.sub(r"<(?:\w+:)?\w+>|\((?:\?P<\w+>)?[^()]*\)", text, address)
    return "/" + re.sub(r"[\^$?\\]", "", address)


@pytest.fixture(scope="module")
def owner(django_db_setup, django_db_blocker):
    """A superuser's client, which returns failures as responses."""
    with django_db_blocker.unblock(), transaction.atomic():
        build_site()
        client = Client(raise_request_exception=False)
        client.force_login(make_user("owner", is_superuser=True))
        yield client
        transaction.set_rollback(True)


@pytest.mark.parametrize("value", ["x", "9" * 20])
def test_no_address_of_the_admin_fails_over_an_odd_value(owner, value):
    home = str(Page.objects.get(slug="home", depth=2).pk)
    every = list(addresses(get_resolver()))
    query = urlencode(dict.fromkeys(PARAMETERS, value))
    failed = [address for address in every if owner.get(f"{filled(address, home, value)}?{query}").status_code >= 500]
    assert len(every) > 200
    assert failed == []


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/admin/bulk/wagtailcore/page/delete/", "id"),
        ("/admin/bulk/wagtailcore/page/move/", "childOf"),
        ("/admin/bulk/wagtailimages/image/add_tags/", "id"),
        ("/admin/bulk/wagtaildocs/document/delete/", "id"),
        ("/admin/bulk/auth/user/delete/", "id"),
        ("/admin/choose-page/chosen-multiple/", "id"),
        ("/admin/choose-page/", "target_pages[]"),
        ("/admin/workflows/edit/1/", "p"),
        ("/admin/api/main/pages/find/", "id"),
        ("/admin/reports/site-history/", "user"),
        ("/admin/reports/site-history/", "timestamp_from"),
        ("/admin/images/chooser/chosen-multiple/", "id"),
    ],
)
def test_odd_values_are_refused_or_passed_over(owner, address, name, value):
    response = owner.get(f"{address}?{urlencode({name: value})}")
    assert response.status_code in {200, 302, 400, 404}


def test_the_refusal_is_clear(owner):
    response = owner.get("/admin/bulk/wagtailcore/page/delete/?id=x")
    assert response.status_code == 400
    assert b"address" in response.content


def refused(exception: Exception, path: str) -> bool:
    request = RequestFactory().get(path)
    request.resolver_match = get_resolver().resolve(request.path)
    return BadAddressMiddleware(lambda given: None).process_exception(request, exception) is not None


def test_an_error_that_the_address_does_not_explain_stays_one():
    path = "/admin/bulk/wagtailcore/page/delete/?id=x"
    assert refused(ValueError("invalid literal for int() with base 10: 'x'"), path)
    assert not refused(ValueError("invalid literal for int() with base 10: 'y'"), path)
    assert not refused(OverflowError("too large"), path)
    assert not refused(RuntimeError("'x'"), path)
    assert not refused(ValueError("'x'"), "/search/?q=x")


def test_chooser_finds_images_by_word_and_tag_at_once(owner):
    wanted, other = factories.ImageFactory(title="Courthouse steps"), factories.ImageFactory(title="Courthouse door")
    wanted.tags.add("stone")
    other.tags.add("wood")
    page = owner.get("/admin/images/chooser/results/?q=courthouse&tag=stone").content.decode()
    assert "Courthouse steps" in page
    assert "Courthouse door" not in page
