"""What holds for every page type of the project. A new type without a sample here fails."""

import json
import re
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from wagtail.models import Page, Site, get_page_models

from attorneys import models as attorneys
from blog import models as blog
from consultations.models import ConsultationPage
from firm import models as firm
from firm.models.base import BasePage
from tests import factories
from tests.blog import stories
from tests.blog.editing import sent

pytestmark = pytest.mark.django_db

HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]


class Surroundings:
    """What the samples refer to."""

    def __init__(self) -> None:
        self.areas = [factories.PracticeAreaPageFactory(slug="fraud", title="Fraud")]
        self.pictures, self.papers = stories.images(1), stories.documents(1)
        self.attorney = factories.AttorneyPageFactory(slug="ada", portrait=self.pictures[0], practice_areas=self.areas)
        self.testimonial = factories.TestimonialPageFactory(attorney=self.attorney, practice_area=self.areas[0])
        self.notes = stories.footnotes(self.areas)
        self.story = stories.story(self.areas, self.pictures, self.papers, self.notes)
        self.post = factories.BlogPostPageFactory(authors=[self.attorney], practice_areas=self.areas, tags=["bail"])


def home_page(around):
    home = firm.HomePage.objects.get()
    home.sections = stories.home_sections(
        around.areas, [around.attorney], [around.testimonial], around.pictures, around.papers
    )
    home.save_revision().publish()
    return home


def practice_area(around):
    page = factories.PracticeAreaPageFactory(body=around.story, image=around.pictures[0], faq=questions(around))
    return noted(page, around)


def questions(around) -> list:
    return [("question", {"question": "What now?", "answer": stories.prose(around.areas[0])})]


def standing_page(around):
    return noted(factories.StandardPageFactory(body=around.story, introduction="Who we are."), around)


def noted(page, around):
    factories.BlogPostPageFactory.relate(page, "footnotes", around.notes)
    page.save_revision().publish()
    return page


def post(around):
    return factories.BlogPostPageFactory(
        body=around.story,
        footnotes=around.notes,
        authors=[around.attorney, factories.StaffAuthorFactory()],
        tags=["bail", "trials"],
        image=around.pictures[0],
        reviewed_by=around.attorney,
        practice_areas=around.areas,
    )


def attorney(around):
    return factories.AttorneyPageFactory(
        portrait=around.pictures[0],
        biography=around.story,
        languages=[factories.LanguageFactory()],
        practice_areas=around.areas,
        office=factories.OfficeFactory(firm=firm.FirmSettings.objects.get()),
        admissions=[("admission", {"jurisdiction": "New York", "year": "2009"})],
        education=[("degree", {"institution": "A school", "degree": "J.D.", "year": ""})],
        matters=[{"type": "matter", "value": {"title": "M", "summary": "S", "practice_area": around.areas[0].pk}}],
    )


def consultation(around):
    home = firm.HomePage.objects.get()
    page = ConsultationPage(title="Consultation", slug="free-consultation", steps=[("step", {"heading": "We read it"})])
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


SAMPLES = {
    firm.HomePage: home_page,
    firm.PracticeAreaIndexPage: lambda around: described(firm.PracticeAreaIndexPage.objects.get()),
    firm.PracticeAreaPage: practice_area,
    firm.StandardPage: standing_page,
    firm.ContactPage: lambda around: factories.ContactPageFactory(body=around.story, introduction="How to find us."),
    attorneys.AttorneyIndexPage: lambda around: described(attorneys.AttorneyIndexPage.objects.get()),
    attorneys.AttorneyPage: attorney,
    attorneys.TestimonialIndexPage: lambda around: described(attorneys.TestimonialIndexPage.objects.get()),
    attorneys.TestimonialPage: lambda around: factories.TestimonialPageFactory(
        attorney=around.attorney, practice_area=around.areas[0], source="A letter"
    ),
    blog.BlogIndexPage: lambda around: described(blog.BlogIndexPage.objects.get()),
    blog.BlogPostPage: post,
    ConsultationPage: consultation,
}


def described(page):
    page.introduction = "What there is."
    page.save_revision().publish()
    return page


def our_types() -> list[type[Page]]:
    return [model for model in get_page_models() if model.__module__.split(".")[0] not in {"wagtail", "tests"}]


@pytest.fixture(scope="module")
def samples(django_db_setup, django_db_blocker):
    """The ids of a full page of each type, on a site with something of everything."""
    with django_db_blocker.unblock(), transaction.atomic():
        factories.HomePageFactory()
        factories.FirmSettingsFactory(site=Site.objects.get(is_default_site=True))
        around = Surroundings()
        yield {model: make(around).pk for model, make in SAMPLES.items()}
        transaction.set_rollback(True)
    cache.clear()


@pytest.fixture
def sample(samples, request):
    """A full page of the type that the test is about."""
    return request.param.objects.get(pk=samples[request.param])


every_type = pytest.mark.parametrize("sample", SAMPLES, indirect=True, ids=lambda model: model.__name__)


def test_every_page_type_has_a_sample():
    assert set(our_types()) == set(SAMPLES)


# --- What visitors get ------------------------------------------------------------------------------


@every_type
def test_page_is_drawn_in_good_order(sample, client):
    response = client.get(sample.get_url())
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "html.parser")
    assert soup.html["lang"] == "en-US"
    assert len(soup.find_all("h1")) == 1
    levels = [int(heading.name[1]) for heading in soup.find_all(HEADINGS)]
    assert levels[0] == 1
    skipped = [(above, below) for above, below in pairwise(levels) if below > above + 1]
    assert not skipped, [f"{heading.name} {heading.get_text()}" for heading in soup.find_all(HEADINGS)]
    ids = [element["id"] for element in soup.find_all(id=True)]
    assert sorted(ids) == sorted(set(ids))
    assert all(image.get("alt") is not None and image["width"] and image["height"] for image in soup.find_all("img"))
    assert not soup.find_all(style=True)
    assert not [
        script for script in soup.find_all("script") if not script.get("src") and "ld+json" not in script["type"]
    ]


@every_type
def test_labels_and_links_within_the_page_lead_somewhere(sample, client):
    soup = BeautifulSoup(client.get(sample.get_url()).content, "html.parser")
    ids = {element["id"] for element in soup.find_all(id=True)}
    wanted = {link["href"][1:] for link in soup.find_all("a", href=re.compile("^#."))}
    for attribute in ("aria-labelledby", "aria-describedby", "for"):
        wanted |= {key for element in soup.find_all(attrs={attribute: True}) for key in _words(element[attribute])}
    assert wanted
    assert wanted <= ids


def _words(value) -> list[str]:
    return value.split() if isinstance(value, str) else list(value)


@every_type
def test_head_says_what_the_page_is(sample, client):
    soup = BeautifulSoup(client.get(sample.get_url()).content, "html.parser")
    assert soup.title.get_text().strip()
    assert soup.find("meta", attrs={"name": "description"})["content"].strip()
    address = settings.SITE_URL + sample.get_url()
    assert [link["href"] for link in soup.find_all("link", rel="canonical")] == [address]
    assert soup.find("meta", property="og:url")["content"] == address
    assert not soup.find("meta", attrs={"name": "robots"})


@every_type
def test_structured_data_refers_only_to_what_it_contains(sample, client):
    soup = BeautifulSoup(client.get(sample.get_url()).content, "html.parser")
    [script] = soup.find_all("script", type="application/ld+json")
    data = json.loads(script.string)
    assert data["@context"] == "https://schema.org"
    graph = data["@graph"]
    assert {"LegalService", "WebSite"} <= {node["@type"] for node in graph}
    assert all(node["@type"] for node in graph)
    defined = {node["@id"] for node in _nodes(graph) if "@id" in node and len(node) > 1}
    referred = {node["@id"] for node in _nodes(graph) if set(node) == {"@id"}}
    assert referred
    assert referred <= defined
    assert "aggregateRating" not in script.string


def _nodes(value):
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for item in value if isinstance(value, list) else []:
        yield from _nodes(item)


@every_type
def test_editors_words_are_escaped(sample, client):
    sample.title = 'A "quoted" & <b>bold</b> title</script><script>alert(1)</script>'
    sample.search_description = '"><script>alert(2)</script>'
    sample.save_revision().publish()
    html = client.get(sample.get_url()).content.decode()
    assert "alert(2)" in html
    assert "<script>alert" not in html
    assert "<b>bold</b>" not in html


# --- What staff get ---------------------------------------------------------------------------------


@every_type
def test_page_is_edited_and_comes_back_the_same(sample, client_of):
    client = client_of(owner=True)
    address = reverse("wagtailadmin_pages:edit", args=[sample.pk])
    shown = client.get(address)
    assert shown.status_code == 200
    response = client.post(address, sent(shown.content.decode(), sample))
    assert response.status_code == 302, _errors(response)
    draft = sample.specific_class.objects.get(pk=sample.pk).get_latest_revision_as_object()
    assert _content(draft) == _content(sample)


def _errors(response):
    form = response.context["form"]
    return form.errors, {name: formset.errors for name, formset in form.formsets.items()}


def _content(page) -> dict:
    """The page's own fields as stored, without those that every save changes."""
    own = {field.name for field in page._meta.local_fields} | {"title", "slug"}
    own |= {relation.get_accessor_name() for relation in _children(type(page))}
    return {name: _bare(value) for name, value in page.serializable_data().items() if name in own}


def _children(model):
    return [field for field in model._meta.related_objects if field.get_accessor_name() in {"authors", "footnotes"}]


def _bare(value):
    """A value without the ids of blocks and rows, which change with each save."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(("[", "{")):
        value = json.loads(value)
    if isinstance(value, dict):
        return {key: _bare(part) for key, part in value.items() if key not in {"id", "pk", "uuid", "translation_key"}}
    if isinstance(value, list):
        return [_bare(part) for part in value]
    return re.sub(r' data-block-key="\w+"', "", value) if isinstance(value, str) else value


@every_type
def test_page_can_be_added(sample, client_of):
    parent = sample.get_parent()
    model = sample.specific_class
    sample.delete()
    names = [model._meta.app_label, model._meta.model_name, parent.pk]
    response = client_of(owner=True).get(reverse("wagtailadmin_pages:add", args=names))
    assert response.status_code == 200
    assert "form" in response.context


@every_type
def test_each_preview_mode_is_drawn(sample, client_of):
    client = client_of(owner=True)
    assert sample.preview_modes
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[sample.pk])
    data = sent(client.get(reverse("wagtailadmin_pages:edit", args=[sample.pk])).content.decode(), sample)
    assert client.post(address, data).json()["is_valid"]
    for mode, _ in sample.preview_modes:
        response = client.get(address, {"mode": mode})
        assert response.status_code == 200
        assert b"<h1" in response.content


@pytest.mark.parametrize("model", our_types(), ids=lambda model: model.__name__)
def test_editors_find_a_name_and_what_it_is_for(model):
    assert issubclass(model, BasePage)
    assert model._meta.verbose_name.lower() != model._meta.model_name
    assert model.get_page_description().endswith(".")


# --- Where pages may stand --------------------------------------------------------------------------

PARENTS = {
    firm.HomePage: {Page},
    firm.PracticeAreaIndexPage: {firm.HomePage},
    firm.PracticeAreaPage: {firm.PracticeAreaIndexPage},
    firm.StandardPage: {firm.HomePage, firm.StandardPage},
    firm.ContactPage: {firm.HomePage},
    attorneys.AttorneyIndexPage: {firm.HomePage},
    attorneys.AttorneyPage: {attorneys.AttorneyIndexPage},
    attorneys.TestimonialIndexPage: {firm.HomePage},
    attorneys.TestimonialPage: {attorneys.TestimonialIndexPage},
    blog.BlogIndexPage: {firm.HomePage},
    blog.BlogPostPage: {blog.BlogIndexPage},
    ConsultationPage: {firm.HomePage},
}
UNIQUE = set(PARENTS) - {firm.PracticeAreaPage, firm.StandardPage, attorneys.AttorneyPage}
UNIQUE -= {attorneys.TestimonialPage, blog.BlogPostPage}


@pytest.mark.parametrize("model", our_types(), ids=lambda model: model.__name__)
def test_page_stands_only_where_it_belongs(model):
    allowed = set(model.allowed_parent_page_models())
    assert allowed == PARENTS[model]
    assert {child for child in our_types() if model in PARENTS[child]} == set(model.allowed_subpage_models()) - {Page}


@every_type
def test_admin_refuses_the_page_below_a_wrong_parent(sample, client_of):
    model = sample.specific_class
    wrong = firm.PracticeAreaPage.objects.filter(slug="fraud").get()
    names = [model._meta.app_label, model._meta.model_name, wrong.pk]
    response = client_of(owner=True).get(reverse("wagtailadmin_pages:add", args=names))
    assert response.status_code == 302
    assert response["Location"] == reverse("wagtailadmin_home")


@every_type
def test_there_is_one_of_what_is_unique(sample):
    assert (sample.specific_class in UNIQUE) is not sample.specific_class.can_create_at(sample.get_parent())
