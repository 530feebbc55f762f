"""Every public address needs the same number of queries for 3 children as for 30, and at most 8.

Requests bring the state of what is public along, as they do behind `firm.page_cache.middleware`, which asks for it.
"""

import datetime

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.documents import get_document_model
from wagtail.models import Site, get_page_models

from consultations.models import ConsultationPage
from firm.blocks.story import story_blocks
from firm.models import FirmImage, FirmSettings, PracticeAreaPage
from firm.models.base import BasePage
from firm.page_cache.state import STATE, read_state
from tests import factories
from tests.blog import stories

pytestmark = pytest.mark.django_db

SMALL, LARGE = 3, 30
#: The pages here hold all that a page can. With the state that makes 8.
BUDGET = 7
MENU = "/practice-areas/field-"
#: Addresses, each with what it shows more often when there are more children, so that no count is flat for want of any.
ADDRESSES = {
    "home": ("/", "/attorneys/lawyer-"),
    "practice areas": ("/practice-areas/", "practice-list__name"),
    "practice area": ("/practice-areas/field-0/", "attorney-card__name"),
    "directory": ("/attorneys/", "attorney-card__name"),
    "directory, filtered": ("/attorneys/?practice_area=field-0&role=associate", "attorney-card__name"),
    "profile": ("/attorneys/lawyer-0/", "case-result__headline"),
    "former attorney": ("/attorneys/gone/", ""),
    "vCard": ("/attorneys/lawyer-0/contact.vcf", ""),
    "testimonials": ("/testimonials/", "testimonial__headline"),
    "testimonials, filtered": ("/testimonials/?practice_area=field-0", "testimonial__headline"),
    "testimonial": ("/testimonials/voice-0/", MENU),
    "blog": ("/blog/", "post-row__title"),
    "blog, last page": ("/blog/?page=99", "post-row__title"),
    "category": ("/blog/category/trials/", "post-row__title"),
    "tag": ("/blog/tag/word-0/", "post-row__title"),
    "archive": ("/blog/archive/2024/", "post-row__title"),
    "post": ("/blog/entry-0/", "author-box__name"),
    "RSS": ("/blog/feed/", "<item>"),
    "Atom": ("/blog/feed/atom/", "<entry>"),
    "standard page": ("/about/", 'class="table-block"'),
    "contact": ("/contact/", "office__text"),
    "consultation form": ("/free-consultation/", 'value="field-'),
    "thank you": ("/free-consultation/thank-you/", MENU),
    "search": ("/search/?q=procedure", "search-results__excerpt"),
    "search, another spelling": ("/search/?q=procedrue", "search-results__excerpt"),
    "search, nothing found": ("/search/?q=zzzzzzzz", MENU),
    "no such page": ("/nowhere/at/all/", MENU),
    "no such post": ("/blog/nowhere/", MENU),
    "robots": ("/robots.txt", ""),
    "security": ("/.well-known/security.txt", ""),
}
STATUS = {"no such page": 404, "no such post": 404, "former attorney": 302}


class World:
    """A site that can be made larger."""

    def __init__(self) -> None:
        home = factories.HomePageFactory()
        factories.FirmSettingsFactory(site=Site.objects.get(is_default_site=True))
        self.home = home
        self.areas, self.attorneys, self.testimonials, self.posts = [], [], [], []
        self.images, self.papers = [], []
        self.category = factories.CategoryFactory(slug="trials")
        self.about = factories.StandardPageFactory(slug="about")
        self.contact = factories.ContactPageFactory()
        self.form = _consultation_page(home)
        factories.AttorneyPageFactory(slug="gone", former=True)

    def grow(self, size: int) -> None:
        """Bring every kind of thing to ``size``, and let all refer to all."""
        more = range(len(self.areas), size)
        self.images += stories.images(len(more))
        self.papers += stories.documents(len(more))
        firm = FirmSettings.objects.get()
        offices = [factories.OfficeFactory(firm=firm, map_image=self.images[n]) for n in more]
        for number, office in zip(more, offices, strict=True):
            self._add_children(number, office)
        self._fill(firm)

    def _add_children(self, number: int, office) -> None:
        picture = self.images[number]
        self.areas.append(factories.PracticeAreaPageFactory(slug=f"field-{number}", image=picture))
        language = factories.LanguageFactory(code=f"l{number}", name=f"Language {number}")
        self.attorneys.append(
            factories.AttorneyPageFactory(
                slug=f"lawyer-{number}",
                portrait=picture,
                office=office,
                practice_areas=[self.areas[0]],
                languages=[language],
            )
        )
        self.testimonials.append(
            factories.TestimonialPageFactory(
                slug=f"voice-{number}", attorney=self.attorneys[0], practice_area=self.areas[0]
            )
        )
        self.posts.append(
            factories.BlogPostPageFactory(
                slug=f"entry-{number}",
                title=f"Procedure {number}",
                image=picture,
                category=self.category,
                date=datetime.date(2024, 1, 1) + datetime.timedelta(days=number),
                authors=[self.attorneys[0], self.attorneys[number]],
                tags=["word 0", f"word {number}"],
                practice_areas=[self.areas[0]],
            )
        )

    def _fill(self, firm: FirmSettings) -> None:
        notes = stories.footnotes(self.areas)
        body = stories.story(self.areas, self.images, self.papers, notes)
        matters = [
            {"type": "matter", "value": {"title": "M", "summary": "S", "practice_area": area.pk}} for area in self.areas
        ]
        post, area, lawyer = self.posts[0], self.areas[0], self.attorneys[0]
        staff = factories.StaffAuthorFactory(name="Desk", portrait=self.images[0])
        post.authors.clear()
        post.tags.set([f"word {number}" for number in range(len(self.areas))])
        factories.BlogPostPageFactory.relate(post, "authors", [*self.attorneys, staff])
        post.social_image, post.reviewed_by = self.images[-1], lawyer
        post.practice_areas = lawyer.practice_areas = self.areas
        lawyer.biography, lawyer.matters = body, matters
        for page in (post, area, self.about, self.contact):
            page.body = body
        for page in (post, area, self.about):
            page.footnotes.clear()
            factories.BlogPostPageFactory.relate(page, "footnotes", notes)
        area.faq = [{"type": "question", "value": {"question": "Q?", "answer": stories.prose(a)}} for a in self.areas]
        self.home.sections = stories.home_sections(
            self.areas, self.attorneys, self.testimonials, self.images, self.papers, self.category
        )
        for page in (post, area, lawyer, self.about, self.contact, self.home):
            page.save_revision().publish()
        for office, page in zip(firm.offices.all(), self.attorneys, strict=True):
            office.directions = stories.prose(page)
            office.save()
        links = [{"type": "link", "value": stories.link(page)} for page in self.areas]
        firm.header_nav = firm.legal_nav = links
        firm.footer_nav = [{"type": "group", "value": {"heading": "G", "links": [v["value"] for v in links]}}]
        firm.consultation_page = self.form
        firm.default_social_image = self.images[0]
        firm.save()


def _consultation_page(home):
    page = home.add_child(instance=ConsultationPage(title="Free consultation", slug="free-consultation"))
    page.save_revision().publish()
    return page


def ask(address: str):
    """Return the response of a warm process with a cold cache, and its number of queries."""
    client = Client(**{STATE: read_state()})
    client.get(address)
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    return response, len(queries)


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker):
    """The response and the number of queries of every address, by size of the site."""
    with django_db_blocker.unblock(), transaction.atomic():
        world, found = World(), {}
        for size in (SMALL, LARGE):
            world.grow(size)
            found[size] = {name: ask(address) for name, (address, _) in ADDRESSES.items()}
            found[size]["sitemap"] = ask("/sitemap.xml")
        yield found
        transaction.set_rollback(True)
    cache.clear()


@pytest.mark.parametrize("name", ADDRESSES)
def test_queries_do_not_grow_with_children(answers, name):
    (small, few), (large, many) = answers[SMALL][name], answers[LARGE][name]
    assert small.status_code == large.status_code == STATUS.get(name, 200)
    marker = ADDRESSES[name][1]
    if marker:
        assert 0 < small.content.decode().count(marker) < large.content.decode().count(marker)
    assert few == many <= BUDGET


def test_sitemap_asks_no_more_for_many_pages(answers):
    types = [model for model in get_page_models() if issubclass(model, BasePage)]
    (small, few), (large, many) = answers[SMALL]["sitemap"], answers[LARGE]["sitemap"]
    assert large.content.count(b"<loc>") > small.content.count(b"<loc>") > len(types)
    assert few == many <= 3 + len(types)


def test_every_story_block_is_in_the_story():
    area, picture, paper = PracticeAreaPage(pk=1, title="A"), FirmImage(pk=1), get_document_model()(pk=1)
    assert {block["type"] for block in stories.passage(area, picture, paper)} == {name for name, _ in story_blocks()}
