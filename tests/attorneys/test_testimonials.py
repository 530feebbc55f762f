import datetime
from itertools import pairwise

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from wagtail.models import PageViewRestriction

from attorneys import models
from attorneys.sections import shown_today
from firm.models import FirmSettings
from tests import factories

pytestmark = pytest.mark.django_db


def drawn(client, address: str):
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def headlines(page) -> list[str]:
    return [line.get_text().strip("“”") for line in page.select(".testimonial__headline")]


# --- Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rating", [0, 6])
def test_the_database_refuses_other_ratings(home, rating):
    page = factories.TestimonialPageFactory()
    with pytest.raises(IntegrityError, match="rating"), transaction.atomic():
        models.TestimonialPage.objects.filter(pk=page.pk).update(rating=rating)


@pytest.mark.parametrize("rating", [0, 6])
def test_the_form_refuses_other_ratings_at_the_field(home, rating):
    page = factories.TestimonialPageFactory()
    page.rating = rating
    with pytest.raises(ValidationError) as refused:
        page.full_clean()
    assert set(refused.value.message_dict) >= {"rating"}


# --- The notice -------------------------------------------------------------------------------------


def test_the_notice_stands_beside_every_testimonial(home, client):
    FirmSettings.objects.update(results_disclaimer="No promise is made.")
    area, ada = factories.PracticeAreaPageFactory(slug="fraud"), factories.AttorneyPageFactory(slug="ada")
    made = [factories.TestimonialPageFactory(practice_area=area, attorney=ada) for _ in range(3)]
    chosen = {"mode": "selected", "selected": [page.pk for page in made]}
    home.sections = [{"type": "testimonials", "value": value} for value in ({"mode": "daily", "count": 2}, chosen)]
    home.save_revision().publish()
    for address in ("/", "/testimonials/", made[0].get_url(), "/practice-areas/fraud/", "/attorneys/ada/"):
        shown = drawn(client, address).select(".testimonial")
        assert shown, address
        assert all(one.select_one(".prior-results").get_text() == "No promise is made." for one in shown), address


# --- One testimonial --------------------------------------------------------------------------------


def test_a_testimonial_says_who_and_about_what(home, client):
    area, ada = factories.PracticeAreaPageFactory(title="Fraud"), factories.AttorneyPageFactory(title="Ada Sample")
    testimonial = factories.TestimonialPageFactory(
        title="They answered",
        rating=4,
        attribution="R. M., Brooklyn",
        attorney=ada,
        practice_area=area,
        source="A letter",
        source_url="https://example.org/letter",
    )
    page = drawn(client, testimonial.get_url()).main
    assert page.h1.get_text() == "“They answered”"
    text = page.get_text()
    assert all(word in text for word in ("Rated 4 out of 5", "R. M., Brooklyn", "May 2024"))
    links = {link.get_text(): link["href"] for link in page.select("dl a")}
    assert links == {
        "Ada Sample": ada.get_url(),
        "Fraud": area.get_url(),
        "A letter": "https://example.org/letter",
    }


def test_a_testimonial_without_the_optional_parts(home, client):
    page = drawn(client, factories.TestimonialPageFactory().get_url()).main
    assert [term.get_text() for term in page.select("dl dt")] == ["Date"]


def test_there_is_no_rating_of_the_firm_by_itself(home, client):
    html = client.get(factories.TestimonialPageFactory().get_url()).content.decode()
    assert "aggregateRating" not in html
    assert '"Review"' not in html


# --- The index --------------------------------------------------------------------------------------


def test_newest_first_with_the_count(home, client):
    factories.TestimonialPageFactory(title="Old", date=datetime.date(2020, 1, 1))
    factories.TestimonialPageFactory(title="New", date=datetime.date(2024, 1, 1))
    factories.TestimonialPageFactory(title="Draft", draft=True)
    private = factories.TestimonialPageFactory(title="Private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    page = drawn(client, "/testimonials/")
    assert headlines(page) == ["New", "Old"]
    assert page.select_one("[role=status]").get_text() == "2 testimonials"


def test_filter_by_area_leads_there_and_back(home, client):
    fraud = factories.PracticeAreaPageFactory(slug="fraud", title="Fraud")
    drugs = factories.PracticeAreaPageFactory(slug="drugs", title="Drugs")
    factories.TestimonialPageFactory(title="About fraud", practice_area=fraud)
    factories.TestimonialPageFactory(title="About drugs", practice_area=drugs)
    page = drawn(client, "/testimonials/")
    assert [link.get_text() for link in page.select("nav.filters a")] == ["Drugs", "Fraud"]
    filtered = drawn(client, "/testimonials/" + page.select("nav.filters a")[1]["href"])
    assert headlines(filtered) == ["About fraud"]
    assert " ".join(filtered.select_one("[role=status]").get_text().split()) == "1 testimonial: Fraud Clear the filter"
    [chosen] = filtered.select("nav.filters [aria-current]")
    assert chosen.get_text() == "Fraud"
    assert len(headlines(drawn(client, "/testimonials/" + chosen["href"]))) == 2
    assert filtered.find("link", rel="canonical")["href"] == "http://testserver/testimonials/"


@pytest.mark.parametrize("query", ["?practice_area=nothing", "?practice_area=", "?practice_area=%00", "?page=x"])
def test_unknown_filters_are_passed_over(home, client, query):
    factories.TestimonialPageFactory(title="Only")
    assert headlines(drawn(client, f"/testimonials/{query}")) == ["Only"]


def test_pages_of_ten_keep_the_filter(home, client):
    area = factories.PracticeAreaPageFactory(slug="fraud")
    for number in range(12):
        factories.TestimonialPageFactory(title=f"T{number}", practice_area=area)
    first = drawn(client, "/testimonials/?practice_area=fraud")
    assert len(headlines(first)) == 10
    following = first.select_one('a[rel="next"]')["href"]
    assert following == "?practice_area=fraud&page=2"
    assert len(headlines(drawn(client, f"/testimonials/{following}"))) == 2
    plain = drawn(client, "/testimonials/?page=2&utm_source=x")
    assert plain.find("link", rel="canonical")["href"] == "http://testserver/testimonials/?page=2"
    assert plain.title.get_text().startswith("Page 2 | ")


# --- The day's choice -------------------------------------------------------------------------------


def of_the_day(day: int, count: int = 2) -> list[int]:
    with time_machine.travel(datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC) + datetime.timedelta(days=day)):
        return [page.pk for page in shown_today(count)]


def test_the_choice_is_the_same_all_day_long(home):
    for _ in range(8):
        factories.TestimonialPageFactory()
    chosen = set()
    for hour in (5, 12, 23, 28):  # in UTC; New York's day runs from 5 to 29
        with time_machine.travel(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(hours=hour)):
            chosen.add(tuple(page.pk for page in shown_today(2)))
    assert len(chosen) == 1


def test_the_choice_differs_over_days_and_leaves_nobody_out(home):
    made = {factories.TestimonialPageFactory().pk for _ in range(8)}
    days = [of_the_day(day) for day in range(60)]
    assert all(len(set(day)) == 2 for day in days)
    assert sum(today != tomorrow for today, tomorrow in pairwise(days)) > 40
    assert {pk for day in days for pk in day} == made


def test_featured_ones_come_first_every_day(home):
    for _ in range(5):
        factories.TestimonialPageFactory()
    featured = factories.TestimonialPageFactory(is_featured=True)
    assert {of_the_day(day)[0] for day in range(10)} == {featured.pk}


def test_only_visible_ones_are_chosen(home):
    shown = factories.TestimonialPageFactory()
    factories.TestimonialPageFactory(draft=True, is_featured=True)
    private = factories.TestimonialPageFactory(is_featured=True)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert of_the_day(0, 6) == [shown.pk]
