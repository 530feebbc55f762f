import datetime

import pytest
import time_machine

from tests import factories
from tests.firm.drawing import draw_section, frame

pytestmark = pytest.mark.django_db
BADGE = {
    "label": "Top rated",
    "claim": "Ten years of the highest rating.",
    "image": None,
    "source_name": "Sample Directory",
    "source_url": "https://directory.example/",
    "valid_until": "2024-06-30",
}
LINK = {"label": "Write to us", "kind": "consultation", "page": None, "url": ""}


def badges(*values):
    return draw_section("badges", {"heading": "", "introduction": "", "badges": [BADGE | value for value in values]})


@time_machine.travel(datetime.datetime(2024, 7, 1, 12, tzinfo=datetime.UTC))
def test_a_badge_is_not_shown_after_its_last_day():
    assert badges({"label": "Old"}, {"label": "New", "valid_until": "2025-01-01"}).get_text().count("Old") == 0


@time_machine.travel(datetime.datetime(2024, 7, 1, 12, tzinfo=datetime.UTC))
def test_a_section_of_expired_badges_leaves_nothing():
    assert badges({}).get_text(strip=True) == ""


@time_machine.travel(datetime.datetime(2024, 6, 30, 12, tzinfo=datetime.UTC))
def test_a_badge_is_shown_on_its_last_day():
    assert badges({}).select_one(".kicker").text == "Top rated"


@time_machine.travel(datetime.datetime(2024, 7, 1, 2, tzinfo=datetime.UTC))
def test_the_last_day_ends_at_midnight_in_new_york():
    assert badges({}).select_one(".kicker").text == "Top rated"


@time_machine.travel(datetime.datetime(2024, 6, 1, tzinfo=datetime.UTC))
def test_a_badge_links_its_proof():
    assert badges({}).select_one(".badges__proof a")["href"] == "https://directory.example/"


def test_the_opening_has_the_pages_only_h1():
    value = {"kicker": "", "heading": "Federal defense", "text": "", "image": None, "link": LINK}
    assert [tag.text for tag in draw_section("hero", value).find_all("h1")] == ["Federal defense"]


def test_the_opening_without_its_optional_parts_has_neither_line_nor_picture():
    drawn = draw_section("hero", {"kicker": "", "heading": "Defense", "text": "", "image": None, "link": LINK})
    assert not drawn.select(".kicker, .lead, figure")


def test_a_logo_without_picture_is_set_in_type():
    logos = [{"name": "Sample Daily", "image": None, "url": ""}]
    drawn = draw_section("logo_strip", {"heading": "", "introduction": "", "logos": logos})
    assert drawn.li.get_text(strip=True) == "Sample Daily"
    assert not drawn.find_all(["img", "a"])


def test_a_logo_is_read_aloud_by_its_name(home):
    logos = [{"name": "Sample Daily", "image": factories.ImageFactory().pk, "url": "https://daily.example/"}]
    drawn = draw_section("logo_strip", {"heading": "As seen on", "introduction": "", "logos": logos})
    assert drawn.a.img["alt"] == "Sample Daily"


RESULT = {
    "headline": "Dismissed",
    "charge": "Wire fraud",
    "outcome": "No charge left",
    "jurisdiction": "S.D.N.Y.",
    "year": 2023,
    "practice_area": None,
}


def results(*values, **context):
    value = {"heading": "", "introduction": "", "results": [RESULT | value for value in values]}
    return draw_section("case_results", value, **context)


def test_each_result_has_the_notice():
    drawn = results({}, {}, site_context=frame(results_disclaimer="They guarantee nothing."))
    assert [notice.text for notice in drawn.select("li .prior-results")] == ["They guarantee nothing."] * 2


def test_a_result_links_its_practice_area(home):
    area = factories.PracticeAreaPageFactory(slug="fraud")
    assert results({"practice_area": area.pk}).dl.a["href"] == "/practice-areas/fraud/"


def test_a_result_does_not_link_an_unpublished_practice_area(home):
    area = factories.PracticeAreaPageFactory(draft=True)
    assert not results({"practice_area": area.pk}).dl.a


def test_a_figure_names_its_source():
    item = {"figure": "94", "label": "districts", "source_name": "U.S. Courts", "source_url": "", "as_of": "2024-01-31"}
    drawn = draw_section("statistics", {"heading": "", "introduction": "", "items": [item]})
    assert drawn.select_one(".statistic__source").text == "Source: U.S. Courts, as of January 2024"


def areas(**value):
    return draw_section("practice_areas", {"heading": "", "introduction": "", "mode": "all", "chosen": []} | value)


def test_practice_areas_leave_out_drafts(home):
    factories.PracticeAreaPageFactory(title="Fraud")
    factories.PracticeAreaPageFactory(title="Drugs", draft=True)
    assert [tag.text for tag in areas().select(".practice-list__name")] == ["Fraud"]


def test_chosen_practice_areas_come_in_the_chosen_order(home):
    first, second, _other = (factories.PracticeAreaPageFactory(title=title) for title in ("A", "B", "C"))
    drawn = areas(mode="chosen", chosen=[second.pk, first.pk])
    assert [tag.text for tag in drawn.select(".practice-list__name")] == ["B", "A"]


def test_a_chosen_practice_area_that_was_deleted_is_left_out(home):
    first, second = (factories.PracticeAreaPageFactory(title=title) for title in ("A", "B"))
    chosen = [first.pk, second.pk]
    first.delete()
    assert [tag.text for tag in areas(mode="chosen", chosen=chosen).select(".practice-list__name")] == ["B"]


def test_a_section_of_practice_areas_without_any_leaves_nothing(home):
    assert areas(heading="What we do").get_text(strip=True) == ""


SCREEN = {
    "heading": "",
    "introduction": "",
    "person": "Todd Spodek",
    "production": "Inventing Anna",
    "platform": "",
    "year": None,
    "text": "",
    "image": None,
    "profile": None,
    "url": "",
}


def test_a_production_without_its_optional_parts_names_the_person_only():
    drawn = draw_section("on_screen", SCREEN)
    assert [tag.text for tag in drawn.find_all("dt")] == ["Person"]
    assert not drawn.find_all(["a", "img"])


def test_a_production_links_the_profile(home):
    attorney = factories.AttorneyPageFactory(slug="todd-spodek")
    drawn = draw_section("on_screen", SCREEN | {"profile": attorney.pk})
    assert drawn.a["href"] == "/attorneys/todd-spodek/"


@pytest.mark.parametrize("name", ["call_to_action", "faq", "logo_strip", "statistics", "case_results"])
def test_a_section_without_heading_has_a_name_for_screen_readers(name):
    values = {
        "call_to_action": {"text": "", "link": LINK},
        "faq": {"items": []},
        "logo_strip": {"logos": []},
        "statistics": {"items": []},
        "case_results": {"results": []},
    }
    section = draw_section(name, {"heading": "", "introduction": ""} | values[name]).section
    assert section["aria-label"]
    assert not section.has_attr("aria-labelledby")


@pytest.mark.parametrize("name", ["call_to_action", "faq", "logo_strip", "statistics", "case_results"])
def test_a_section_is_named_by_its_heading(name):
    values = {
        "call_to_action": {"text": "", "link": LINK},
        "faq": {"items": []},
        "logo_strip": {"logos": []},
        "statistics": {"items": []},
        "case_results": {"results": []},
    }
    drawn = draw_section(name, {"heading": "A heading", "introduction": ""} | values[name])
    assert drawn.find(id=drawn.section["aria-labelledby"]).text == "A heading"
