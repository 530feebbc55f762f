import datetime
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from firm.models import HomePage
from tests import factories

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def entries(client) -> dict[str, str | None]:
    """The addresses of the sitemap, without the host, with their dates."""
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    assert root.tag == f"{NAMESPACE}urlset"
    found = {}
    for url in root.findall(f"{NAMESPACE}url"):
        location = url.findtext(f"{NAMESPACE}loc")
        assert location.startswith("http://testserver/")
        found[location.removeprefix("http://testserver")] = url.findtext(f"{NAMESPACE}lastmod")
    return found


@pytest.mark.parametrize(
    "hidden",
    [
        lambda: factories.StandardPageFactory(slug="hidden", draft=True),
        lambda: factories.StandardPageFactory(slug="hidden").unpublish(),
        lambda: factories.AttorneyPageFactory(slug="hidden", former=True),
    ],
    ids=["draft", "withdrawn", "former attorney"],
)
def test_pages_that_visitors_cannot_open_are_absent(home, client, hidden):
    factories.StandardPageFactory(slug="shown")
    hidden()
    found = entries(client)
    assert "/shown/" in found
    assert not [location for location in found if "hidden" in location]


def test_pages_in_a_private_section_are_absent(home, client):
    section = factories.StandardPageFactory(slug="closed")
    factories.StandardPageFactory(parent=section, slug="below")
    factories.StandardPageFactory(slug="open")
    PageViewRestriction.objects.create(page=section, restriction_type=PageViewRestriction.LOGIN)
    assert set(entries(client)) == {"/", "/open/"}


@pytest.mark.parametrize("path", ["/search/", "/free-consultation/thank-you/", "/admin/"])
def test_addresses_that_are_not_for_indexes_are_absent(home, client, path):
    from consultations.models import ConsultationPage

    HomePage.objects.get().add_child(instance=ConsultationPage(title="Free consultation", slug="free-consultation"))
    found = entries(client)
    assert "/free-consultation/" in found
    assert path not in found


def test_pages_of_every_kind_are_there(home, client):
    factories.PracticeAreaPageFactory(slug="fraud")
    factories.AttorneyPageFactory(slug="ada")
    factories.TestimonialPageFactory(slug="calm")
    factories.BlogPostPageFactory(slug="bail")
    assert set(entries(client)) >= {
        "/",
        "/practice-areas/fraud/",
        "/attorneys/ada/",
        "/testimonials/calm/",
        "/blog/bail/",
    }


def test_each_entry_says_when_the_page_was_last_published(home, client):
    page = factories.StandardPageFactory(slug="about")
    page.refresh_from_db()
    assert datetime.date.fromisoformat(entries(client)["/about/"]) == timezone.localdate(page.last_published_at)


def test_an_entry_without_a_date_has_none(home, client):
    HomePage.objects.update(last_published_at=None)
    assert entries(client)["/"] is None


@pytest.mark.parametrize(
    "factory",
    [
        factories.StandardPageFactory,
        factories.PracticeAreaPageFactory,
        factories.AttorneyPageFactory,
        factories.TestimonialPageFactory,
        factories.BlogPostPageFactory,
    ],
    ids=lambda factory: factory.__name__,
)
def test_the_sitemap_needs_the_same_number_of_queries_for_few_and_many_pages(home, client, factory):
    def queries(count: int) -> int:
        for _ in range(count):
            factory()
        before = len(entries(client))
        assert before > count
        with CaptureQueriesContext(connection) as captured:
            client.get("/sitemap.xml")
        return len(captured)

    assert queries(3) == queries(9)
