import pytest
from bs4 import BeautifulSoup
from wagtail.models import PageViewRestriction

from firm.models import FirmSettings
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(home):
    """Three attorneys who differ in area, title, language and office."""
    firm = FirmSettings.objects.get()
    uptown, downtown = (factories.OfficeFactory(firm=firm, name=name) for name in ("Uptown", "Downtown"))
    fraud = factories.PracticeAreaPageFactory(slug="fraud", title="Fraud")
    drugs = factories.PracticeAreaPageFactory(slug="drugs", title="Drugs")
    english = factories.LanguageFactory(code="en", name="English")
    spanish = factories.LanguageFactory(code="es", name="Spanish")
    make = factories.AttorneyPageFactory
    return {
        "Ada": make(title="Ada", role="partner", office=uptown, practice_areas=[fraud], languages=[english]),
        "Bo": make(
            title="Bo", role="associate", office=downtown, practice_areas=[fraud, drugs], languages=[english, spanish]
        ),
        "Cy": make(title="Cy", role="associate", office=downtown, practice_areas=[drugs], languages=[spanish]),
    }


def directory(client, query: str = ""):
    response = client.get(f"/attorneys/{query}")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def names(page) -> list[str]:
    return [card.get_text() for card in page.select(".attorney-card__name")]


def status(page) -> str:
    [line] = page.select("[role=status]")
    return " ".join(line.get_text().split())


def link(page, label: str):
    return next(choice for choice in page.select("nav.filters a") if choice.get_text() == label)


# --- Filters ----------------------------------------------------------------------------------------


def test_everyone_without_a_filter(people, client):
    page = directory(client)
    assert names(page) == ["Ada", "Bo", "Cy"]
    assert status(page) == "3 attorneys"
    assert not page.select("nav.filters [aria-current]")


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("Fraud", ["Ada", "Bo"]),
        ("Drugs", ["Bo", "Cy"]),
        ("Partner", ["Ada"]),
        ("Associate", ["Bo", "Cy"]),
        ("English", ["Ada", "Bo"]),
        ("Spanish", ["Bo", "Cy"]),
        ("Uptown", ["Ada"]),
        ("Downtown", ["Bo", "Cy"]),
    ],
)
def test_each_filter_is_a_link_that_leads_back(people, client, label, found):
    page = directory(client, link(directory(client), label)["href"])
    assert names(page) == found
    many = "attorney" if len(found) == 1 else "attorneys"
    assert status(page) == f"{len(found)} {many} of 3: {label} Clear the filters"
    [chosen] = page.select("nav.filters [aria-current]")
    assert chosen.get_text() == label
    assert chosen["aria-current"] == "true"
    assert names(directory(client, chosen["href"])) == ["Ada", "Bo", "Cy"]
    assert page.select_one("[role=status] a")["href"] == "/attorneys/"


def test_filters_are_combined(people, client):
    first = directory(client, link(directory(client), "Fraud")["href"])
    second = directory(client, link(first, "Spanish")["href"])
    assert names(second) == ["Bo"]
    assert status(second) == "1 attorney of 3: Fraud, Spanish Clear the filters"
    assert {choice.get_text() for choice in second.select("nav.filters [aria-current]")} == {"Fraud", "Spanish"}
    assert names(directory(client, link(second, "Fraud")["href"])) == ["Bo", "Cy"]


def test_no_match_says_so(people, client):
    page = directory(client, "?role=partner&language=es")
    assert names(page) == []
    assert status(page) == "0 attorneys of 3: Partner, Spanish Clear the filters"
    assert "No attorney matches all of these" in page.get_text()


@pytest.mark.parametrize(
    "query",
    [
        "?practice_area=nothing",
        "?role=owner",
        "?language=xx",
        "?office=999999",
        "?office=abc",
        "?office=%00",
        "?role=",
        "?color=blue",
        "?practice_area=fraud&practice_area=nothing",
    ],
)
def test_unknown_values_are_passed_over(people, client, query):
    page = directory(client, query)
    assert names(page) == ["Ada", "Bo", "Cy"]
    assert status(page) == "3 attorneys"


def test_a_filter_with_one_choice_is_not_offered(home, client):
    factories.AttorneyPageFactory(languages=[factories.LanguageFactory()])
    assert not directory(client).select("nav.filters")


def test_unpublished_areas_are_no_filter(people, client):
    people["Cy"].practice_areas.get(slug="drugs").unpublish()
    assert "Drugs" not in directory(client).select_one("nav.filters").get_text()


def test_canonical_address_has_no_filter(people, client):
    page = directory(client, "?role=partner")
    assert page.find("link", rel="canonical")["href"] == "http://testserver/attorneys/"


def test_an_empty_directory_is_a_page(home, client):
    factories.AttorneyIndexPageFactory()
    page = directory(client)
    assert names(page) == []
    assert status(page) == "0 attorneys"


# --- Order and who is listed ------------------------------------------------------------------------


def test_order_follows_the_page_tree(people, client):
    people["Cy"].refresh_from_db()
    people["Cy"].move(people["Ada"].get_parent(), "first-child")
    assert names(directory(client)) == ["Cy", "Ada", "Bo"]


def test_drafts_and_private_pages_are_not_listed(people, client):
    people["Ada"].unpublish()
    PageViewRestriction.objects.create(page=people["Bo"], restriction_type="login")
    assert names(directory(client)) == ["Cy"]


def test_a_card_without_portrait_shows_initials(home, client):
    factories.AttorneyPageFactory(title="Ada B. Sample Jr.")
    assert directory(client).select_one(".portrait--empty").get_text() == "AS"


# --- Those who have left ----------------------------------------------------------------------------


@pytest.fixture
def former(home):
    area = factories.PracticeAreaPageFactory(slug="fraud", title="Fraud")
    factories.AttorneyPageFactory(title="Ada Stays", slug="ada", practice_areas=[area])
    return factories.AttorneyPageFactory(title="Zed Gone", slug="zed", former=True, practice_areas=[area])


def test_profile_leads_to_the_directory(former, client):
    response = client.get("/attorneys/zed/")
    assert response.status_code == 302
    assert response["Location"] == "/attorneys/"


@pytest.mark.parametrize("address", ["/attorneys/", "/practice-areas/fraud/", "/", "/sitemap.xml"])
def test_the_former_attorney_is_shown_nowhere(former, home, client, address):
    chosen = {"heading": "People", "mode": "chosen", "chosen": [former.pk, former.get_siblings().first().pk]}
    home.sections = [{"type": "attorneys", "value": value} for value in ({"mode": "all"}, chosen)]
    home.save_revision().publish()
    html = client.get(address).content.decode()
    assert "/attorneys/ada/" in html
    assert "Zed" not in html
    assert "/attorneys/zed/" not in html


def test_the_byline_stays_without_a_link(former, client):
    page = client.get(factories.BlogPostPageFactory(authors=[former]).get_url()).content.decode()
    assert page.count("Zed Gone") >= 2
    assert "/attorneys/zed/" not in page


def test_the_name_stays_on_testimonials_without_a_link(former, client):
    page = client.get(factories.TestimonialPageFactory(attorney=former).get_url()).content.decode()
    assert "Zed Gone" in page
    assert "/attorneys/zed/" not in page
