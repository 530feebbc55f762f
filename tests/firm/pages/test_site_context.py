import datetime
import json

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings

from firm.models import FirmSettings, HomePage
from firm.pages.renditions import prepare
from firm.pages.site_context import Breadcrumb, Metadata, breadcrumb_list, clip, opening_hours, without_empty
from tests import factories
from tests.conftest import made_once, make_home
from tests.firm.drawing import HOSTILE

HOURS = [{"type": "hours", "value": {"days": ["mon", "fri"], "opens": "09:00", "closes": "17:30"}}]
FAQ = [{"type": "question", "value": {"question": "Is it free?", "answer": "<p>The first talk, yes.</p>"}}]


@pytest.mark.parametrize(
    ("text", "clipped"),
    [
        ("", ""),
        ("  Two\n words ", "Two words"),
        ("exactly ten", "exactly…"),
        ("ten chars!", "ten chars!"),
        ("abcdefghijklmnop", "abcdefghi…"),
        ("one, two, three", "one…"),
    ],
)
def test_a_text_is_cut_between_words(text, clipped):
    assert clip(text, 10) == clipped
    assert len(clip(text, 10)) <= 10


def test_properties_without_a_value_are_left_out():
    assert without_empty({"a": "", "b": None, "c": [], "d": {}, "e": 0, "f": False}) == {"e": 0, "f": False}


def test_breadcrumbs_are_numbered_from_one_with_absolute_addresses():
    crumbs = [Breadcrumb("Home", "/"), Breadcrumb("About", "/about/")]
    node = breadcrumb_list(crumbs, "https://law.example/about/", "https://law.example")
    assert [(item["position"], item["item"]) for item in node["itemListElement"]] == [
        (1, "https://law.example/"),
        (2, "https://law.example/about/"),
    ]


def test_hours_leave_out_unknown_days():
    line = {"days": ["mon", "someday"], "opens": datetime.time(9), "closes": datetime.time(17, 30)}
    node = opening_hours([line])[0]
    assert (node["dayOfWeek"], node["opens"], node["closes"]) == (["Monday"], "09:00", "17:30")


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "]]>", "&lt;/script&gt;", "\u2028"])
def test_no_text_ends_the_script_element(text):
    json_ld = Metadata(title="", graph=[{"name": text}]).json_ld
    drawn = BeautifulSoup(f'<script type="application/ld+json">{json_ld}</script>after', "html.parser")
    assert json.loads(drawn.script.string)["@graph"] == [{"name": text}]
    assert not set("<>&") & set(json_ld)


def test_a_page_without_nodes_has_no_script():
    assert Metadata(title="").json_ld == ""


# --- Every kind of page ----------------------------------------------------------------------------


@pytest.fixture
def firm(home, settings, tmp_path):
    """The settings filled in, with an office and a picture for sharing."""
    settings.MEDIA_ROOT = tmp_path
    return fill_in()


def fill_in() -> FirmSettings:
    image = factories.ImageFactory(size=(1300, 800))
    prepare(image, ["social"])
    firm = FirmSettings.objects.get()
    firm.description, firm.email, firm.default_social_image = "Defends people.", "desk@law.example", image
    firm.social_links = [{"type": "profile", "value": {"network": "Net", "url": "https://net.example/firm"}}]
    firm.save()
    factories.OfficeFactory(firm=firm, hours=HOURS)
    return firm


def consultation_page():
    from consultations.models import ConsultationPage

    page = ConsultationPage(title="Free consultation", slug="free-consultation")
    HomePage.objects.get().add_child(instance=page)
    return page


KINDS = {
    "home": HomePage.objects.get,
    "standing": lambda: factories.StandardPageFactory(parent=factories.StandardPageFactory()),
    "contact": factories.ContactPageFactory,
    "area index": factories.PracticeAreaIndexPageFactory,
    "area": lambda: factories.PracticeAreaPageFactory(faq=FAQ),
    "directory": factories.AttorneyIndexPageFactory,
    "attorney": lambda: factories.AttorneyPageFactory(title="Ada Sample, Jr."),
    "testimonial index": factories.TestimonialIndexPageFactory,
    "testimonial": lambda: factories.TestimonialPageFactory(attorney=factories.AttorneyPageFactory()),
    "blog": lambda: factories.BlogPostPageFactory().get_parent().specific,
    "post": lambda: factories.BlogPostPageFactory(
        authors=[factories.AttorneyPageFactory(), factories.StaffAuthorFactory()]
    ),
    "consultation": consultation_page,
}


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker, tmp_path_factory):
    """The answer of each kind of page, on a site that has no other of the kinds but those that it needs."""
    found = {}
    with made_once(django_db_blocker), override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        make_home()
        fill_in()
        for kind, make in KINDS.items():
            with transaction.atomic():
                found[kind] = Client().get(make().get_url())
                transaction.set_rollback(True)
            cache.clear()
    return found


@pytest.fixture(params=KINDS)
def drawn(request, answers) -> BeautifulSoup:
    """Each kind of page, as a visitor gets it."""
    response = answers[request.param]
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def graph_of(drawn: BeautifulSoup) -> list[dict]:
    (script,) = drawn.find_all("script", type="application/ld+json")
    data = json.loads(script.string)
    assert data["@context"] == "https://schema.org"
    return data["@graph"]


def nodes(value):
    """Yield every object of a graph, however deep."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from nodes(child)


def test_every_reference_of_the_graph_resolves_within_it(drawn):
    every = list(nodes(graph_of(drawn)))
    defined = {node["@id"] for node in every if "@type" in node and "@id" in node}
    referred = {node["@id"] for node in every if set(node) == {"@id"}}
    assert "http://testserver/#firm" in defined
    assert referred <= defined


def test_every_node_has_a_type(drawn):
    assert [node for node in nodes(graph_of(drawn)) if "@type" not in node and set(node) != {"@id"}] == []


def test_no_id_is_defined_twice_at_the_top_of_the_graph(drawn):
    ids = [node["@id"] for node in graph_of(drawn)]
    assert len(ids) == len(set(ids))


def test_the_firm_does_not_rate_itself(drawn):
    text = json.dumps(graph_of(drawn))
    assert "LegalService" in text
    assert "aggregateRating" not in text


def test_no_property_is_empty(drawn):
    assert [
        node for node in nodes(graph_of(drawn)) if any(value in ("", None, [], {}) for value in node.values())
    ] == []


def test_addresses_are_absolute(drawn):
    urls = [node["url"] for node in nodes(graph_of(drawn)) if "url" in node]
    assert urls
    assert all(url.startswith("http://testserver/") for url in urls)


def test_the_page_has_one_title_and_one_address(drawn):
    assert len(drawn.find_all("title")) == 1
    assert drawn.title.string.strip()
    (canonical,) = drawn.find_all("link", rel="canonical")
    assert canonical["href"] == drawn.find("meta", property="og:url")["content"]


def test_the_page_is_shared_with_a_picture_that_is_there(drawn):
    assert drawn.find("meta", property="og:image")["content"].startswith("http://testserver/media/")


# --- What stands in the graph -----------------------------------------------------------------------


def graph_at(client, url: str) -> dict[str, dict]:
    return {node["@type"]: node for node in graph_of(BeautifulSoup(client.get(url).content, "html.parser"))}


def test_the_firm_is_described_with_its_offices_and_hours(firm, client):
    node = graph_at(client, "/")["LegalService"]
    assert node["telephone"] == "+12125550100"
    assert node["address"][0]["addressLocality"] == "New York"
    assert node["openingHoursSpecification"][0]["dayOfWeek"] == ["Monday", "Friday"]
    assert node["sameAs"] == ["https://net.example/firm"]


def test_a_hostile_name_of_the_firm_stays_text(firm, client):
    firm.firm_name = HOSTILE
    firm.save()
    drawn = BeautifulSoup(client.get("/").content, "html.parser")
    assert {node["name"] for node in graph_of(drawn)} == {HOSTILE}
    assert drawn.find("meta", property="og:site_name")["content"] == HOSTILE


def test_questions_of_an_area_are_a_faq(firm, client):
    page = factories.PracticeAreaPageFactory(faq=FAQ)
    (question,) = graph_at(client, page.get_url())["FAQPage"]["mainEntity"]
    assert question["acceptedAnswer"]["text"] == "The first talk, yes."


def test_an_area_without_questions_has_no_faq(firm, client):
    assert "FAQPage" not in graph_at(client, factories.PracticeAreaPageFactory().get_url())


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"search_description": "Chosen.", "introduction": "Said."}, "Chosen."),
        ({"introduction": "Said."}, "Said."),
        ({"body": [("text", "<p>First words.</p>")]}, "First words."),
    ],
)
def test_the_description_falls_back_to_what_the_page_says(firm, client, given, shown):
    page = factories.StandardPageFactory(**given)
    drawn = BeautifulSoup(client.get(page.get_url()).content, "html.parser")
    assert drawn.find("meta", attrs={"name": "description"})["content"] == shown


def test_a_long_description_is_clipped(firm):
    assert len(factories.StandardPageFactory(introduction="word " * 79).description) <= 155


def test_pages_on_the_first_level_have_breadcrumbs_from_home(firm, client):
    page = factories.StandardPageFactory(title="About")
    items = graph_at(client, page.get_url())["BreadcrumbList"]["itemListElement"]
    assert [item["name"] for item in items] == ["Home", "About"]


def test_breadcrumbs_leave_out_an_unpublished_step(firm, client):
    section = factories.StandardPageFactory(title="Hidden", draft=True)
    page = factories.StandardPageFactory(title="Seen", parent=section)
    items = graph_at(client, page.get_url())["BreadcrumbList"]["itemListElement"]
    assert [item["name"] for item in items] == ["Home", "Seen"]


def test_the_front_page_has_no_breadcrumbs(firm, client):
    assert "BreadcrumbList" not in graph_at(client, "/")
