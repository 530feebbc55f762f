import pytest
from bs4 import BeautifulSoup
from wagtail.models import PageViewRestriction

from firm.models import FirmSettings
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(client):
    """Return a function that makes an attorney and draws the profile."""

    def draw(**values):
        response = client.get(factories.AttorneyPageFactory(slug="ada", **values).get_url())
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser").main

    return draw


def matter(**more):
    return ("matter", {"title": "A trial", "summary": "What happened.", **more})


def facts(page) -> dict[str, list[str]]:
    return {
        row.dt.get_text(): [value.get_text() for value in row.find_all("dd")] for row in page.select("dl.facts > div")
    }


def test_a_full_profile(home, client, profile):
    area = factories.PracticeAreaPageFactory(title="Fraud", slug="fraud")
    page = profile(
        title="Ada Sample",
        job_title="Founding Partner",
        summary="She defends people.",
        portrait=factories.ImageFactory(size=(40, 50)),
        email="ada@example.com",
        direct_line="+12125550111",
        office=factories.OfficeFactory(firm=FirmSettings.objects.get(), name="Uptown"),
        practice_areas=[area],
        languages=[
            factories.LanguageFactory(code="es", name="Spanish"),
            factories.LanguageFactory(code="en", name="English"),
        ],
        admissions=[("admission", {"jurisdiction": "New York", "year": "2009"})],
        education=[("degree", {"institution": "A school", "degree": "J.D.", "year": ""})],
        biography=[("text", "<p>She grew up in Queens.</p>")],
        matters=[matter(outcome="Dismissed", jurisdiction="S.D.N.Y.", year="2020", practice_area=area)],
    )
    assert page.h1.get_text() == "Ada Sample"
    assert page.select_one(".attorney-profile__title").get_text() == "Founding Partner"
    assert "She defends people." in page.get_text()
    assert page.select_one(".attorney-profile__portrait img")["alt"] == "Ada Sample"
    contact = page.select_one(".attorney-profile__contact")
    assert [link["href"] for link in contact.find_all("a")] == [
        "tel:+12125550111",
        "mailto:ada@example.com",
        "/attorneys/ada/contact.vcf",
    ]
    assert "212-555-0111" in contact.get_text()
    assert facts(page) == {
        "Practice areas": ["Fraud"],
        "Admissions": ["New York, 2009"],
        "Education": ["A school, J.D."],
        "Languages": ["English", "Spanish"],
        "Office": ["Uptown"],
    }
    assert "She grew up in Queens." in page.select_one(".story").get_text()
    [shown] = page.select(".case-result")
    assert all(word in shown.get_text() for word in ("A trial", "What happened.", "Dismissed", "S.D.N.Y.", "2020"))
    assert shown.find("a", href="/practice-areas/fraud/")


def test_a_profile_with_nothing_but_the_required(home, profile):
    FirmSettings.objects.update(phone="")
    page = profile(title="Ada Sample")
    assert facts(page) == {}
    assert page.select_one(".portrait--empty").get_text() == "AS"
    assert [link["href"] for link in page.select(".attorney-profile__contact a")] == ["/attorneys/ada/contact.vcf"]
    assert not page.select("#biography, #matters, img, .post-row, .testimonial, .case-result, .button")


def test_the_firms_number_stands_in_for_the_direct_line(home, profile):
    assert profile().select_one('a[href="tel:+12125550100"]')


def test_every_matter_carries_the_notice_of_the_settings(home, profile):
    FirmSettings.objects.update(results_disclaimer="No promise is made.")
    shown = profile(matters=[matter(), matter(title="Another")]).select(".case-result")
    assert [result.select_one(".prior-results").get_text() for result in shown] == ["No promise is made."] * 2


def test_areas_not_published_are_left_out(home, profile):
    shown, hidden = factories.PracticeAreaPageFactory(title="Fraud"), factories.PracticeAreaPageFactory(draft=True)
    assert facts(profile(practice_areas=[shown, hidden])) == {"Practice areas": ["Fraud"]}


def test_a_citation_in_the_biography_has_its_source_below(home, profile):
    page = profile(biography=[("citation", {"statement": "<p>She won.</p>", "source": "The Daily, May 1"})])
    mark = page.select_one(".citation a")
    assert page.select_one(mark["href"]).get_text().strip().startswith("The Daily, May 1")


def test_the_call_carries_the_attorney_into_the_form(home, profile):
    form = factories.StandardPageFactory(slug="free-consultation")
    FirmSettings.objects.update(consultation_page=form)
    assert profile().select_one('a.button[href="/free-consultation/?attorney=ada"]')


# --- What the other pages say about them ------------------------------------------------------------


def test_their_posts_and_testimonials(home, client):
    ada, other = factories.AttorneyPageFactory(slug="ada"), factories.AttorneyPageFactory()
    for day in range(1, 5):
        factories.BlogPostPageFactory(title=f"Ada {day}", date=f"2024-01-0{day}", authors=[other, ada])
    factories.BlogPostPageFactory(title="Another's", authors=[other])
    factories.BlogPostPageFactory(title="A draft", authors=[ada], draft=True)
    factories.TestimonialPageFactory(title="She answered", attorney=ada)
    factories.TestimonialPageFactory(title="He answered", attorney=other)
    private = factories.TestimonialPageFactory(title="A secret", attorney=ada)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    page = BeautifulSoup(client.get("/attorneys/ada/").content, "html.parser")
    assert [title.get_text() for title in page.select(".post-row__title")] == ["Ada 4", "Ada 3", "Ada 2"]
    assert [title.get_text() for title in page.select(".testimonial__headline")] == ["“She answered”"]


def test_structured_data_describes_the_person(home, client):
    ada = factories.AttorneyPageFactory(
        title="Ada Sample Jr.", slug="ada", languages=[factories.LanguageFactory(code="es")], email="ada@example.com"
    )
    graph = ada.structured_data(_site_context(client))
    person = next(node for node in graph if node["@type"] == "Person")
    assert person["@id"] == "http://testserver/attorneys/ada/#person"
    assert (person["givenName"], person["familyName"], person["honorificSuffix"]) == ("Ada", "Sample", "Jr.")
    assert person["knowsLanguage"] == ["es"]
    assert "telephone" not in person
    assert graph[1]["mainEntity"] == {"@id": person["@id"]}


def _site_context(client):
    return client.get("/").context["site_context"]


def test_search_does_not_find_those_who_have_left(home, client):
    attorney = factories.AttorneyPageFactory(title="Quentin Departed")
    assert "Quentin" in client.get("/search/?q=departed").content.decode().split('<ul class="search-results">')[-1]
    attorney.is_former = True
    attorney.save_revision().publish()
    assert "Nothing was found" in client.get("/search/?q=departed").content.decode()
