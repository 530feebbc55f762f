"""An editor rebuilds the home page from nothing; an attorney approves; a visitor sees it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.admin import PageEditor, own_problems

HEADING = "A defense that starts before the charge is filed"
IN_ORDER = [
    ".hero h1",
    "h2:has-text('Heard and read in')",
    "h2:has-text('Recognized for this work')",
    "h2:has-text('Inventing Anna')",
    "h2:has-text('Why people stay with us')",
    "h2:has-text('Two who wrote to us')",
    "h2:has-text('Another voice each day')",
    "h2:has-text('Speak to a lawyer tonight')",
    "h2:has-text('Where we defend')",
    "h2:has-text('Recently explained')",
    "h2:has-text('The whole team')",
    "h2:has-text('Two to know first')",
    "h2:has-text('Outcomes')",
    "h2:has-text('The law in numbers')",
    "h2:has-text('Asked at night')",
]


@pytest.fixture(scope="module")
def site(own_site):
    return own_site


def build_home(editor):
    """Remove all sections, and add every kind anew."""
    page, sections = editor.page, editor.panel("Sections")
    assert editor.remove_all(sections) > 0

    hero = editor.add_block(sections, "Opening")
    editor.fill(hero, {"Kicker": "Federal defense · New York", "Heading": HEADING, "Text": "Call at any hour."})
    editor.fill(hero, {"Label": "Request a free consultation"})
    editor.choose(hero, "Choose an image", "Artwork: skyline-hero")

    logos = editor.add_block(sections, "Logo strip")
    editor.fill(logos, {"Heading": "Heard and read in"})
    for number, name in enumerate(["Sample Daily", "Sample Tribune"]):
        logo = editor.item(logos, number)
        editor.fill(logo, {"Name": name})
        editor.choose(logo, "Choose an image", f"Artwork: mark-{name.lower().replace(' ', '-')}")

    badges = editor.add_block(sections, "Badges")
    editor.fill(badges, {"Heading": "Recognized for this work"})
    badge = {
        "Label": "Top rated",
        "Claim": "Named by the sample guide in 2026",
        "Source": "Sample guide",
        "Address of the proof": "https://www.example.org/proof",
        "Valid until": "2099-12-31",
    }
    editor.fill(editor.item(badges, 0), badge)

    screen = editor.add_block(sections, "On screen")
    editor.fill(screen, {"Heading": "Told on television", "Person": "Todd Spodek", "Production": "Inventing Anna"})
    editor.fill(screen, {"Platform": "Netflix", "Year": "2022"})

    value = editor.add_block(sections, "Value statement")
    editor.fill(value, {"Heading": "Why people stay with us", "Label": "Talk to us"})
    editor.write(value, "Someone answers, whatever the hour, and stays with the case.")

    selected = editor.add_block(sections, "Testimonials")
    editor.fill(selected, {"Heading": "Two who wrote to us"})
    editor.select(selected, "Show", "Those chosen below, in that order")
    for number, title in enumerate(["They had read every page before we met", "A lawyer who treated us as family"]):
        editor.choose(editor.item(selected, number), "Choose a page", title)

    daily = editor.add_block(sections, "Testimonials")
    editor.fill(daily, {"Heading": "Another voice each day", "Count": "1"})

    call = editor.add_block(sections, "Call to action")
    editor.fill(call, {"Heading": "Speak to a lawyer tonight", "Label": "Call the firm"})
    editor.select(call, "Leads to", "The firm's telephone number")

    areas = editor.add_block(sections, "Practice areas")
    editor.fill(areas, {"Heading": "Where we defend"})

    posts = editor.add_block(sections, "Latest posts")
    editor.fill(posts, {"Heading": "Recently explained", "Count": "3"})

    team = editor.add_block(sections, "Attorneys")
    editor.fill(team, {"Heading": "The whole team"})

    chosen = editor.add_block(sections, "Attorneys")
    editor.fill(chosen, {"Heading": "Two to know first"})
    editor.select(chosen, "Show", "Those chosen below, in that order")
    for number, name in enumerate(["Claire Banks", "Todd Spodek"]):
        editor.choose(editor.item(chosen, number), "Choose a page", name)

    results = editor.add_block(sections, "Case results")
    editor.fill(results, {"Heading": "Outcomes"})
    result = {
        "Headline": "Charges dismissed",
        "Charge": "Wire fraud",
        "Outcome": "Dismissed",
        "Jurisdiction": "S.D.N.Y.",
        "Year": "2024",
    }
    editor.fill(editor.item(results, 0), result)

    faq = editor.add_block(sections, "Questions and answers")
    editor.fill(faq, {"Heading": "Asked at night"})
    editor.fill(editor.item(faq, 0), {"Question": "Is the first talk free?"})
    editor.write(editor.item(faq, 0), "It is, and it is confidential.")

    figures = editor.add_block(sections, "Statistics")
    editor.fill(figures, {"Heading": "The law in numbers"})
    figure = {"Figure": "94", "Label": "federal judicial districts", "Source": "United States Courts"}
    editor.fill(editor.item(figures, 0), figure)
    editor.click(figures.get_by_role("button", name="Move up", exact=True).first)
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)


def test_an_editor_rebuilds_the_home_page_and_submits_it(staff, memory):
    page = staff("editor")
    page.get_by_role("link", name="Edit the home page").click()
    editor = PageEditor(page)
    build_home(editor)
    editor.save()
    expect(editor.messages).to_contain_text("has been updated")
    expect(editor.preview().get_by_role("heading", name=HEADING, level=1)).to_be_visible()
    editor.act("Submit to Attorney approval")
    expect(editor.messages).to_contain_text("submitted for moderation")
    assert own_problems(page) == []
    memory["submitted"] = HEADING


def test_visitors_see_nothing_of_it_before_it_is_approved(open_page, memory):
    assert memory["submitted"] == HEADING
    assert HEADING not in open_page("/").inner_text("main")


def test_an_attorney_approves_it_and_visitors_see_it_in_order(staff, open_changed, memory):
    assert memory["submitted"] == HEADING
    page = staff("publisher")
    review = page.get_by_role("region", name=re.compile("Awaiting your review"))
    review.get_by_role("link", name="Home", exact=True).click()
    editor = PageEditor(page)
    editor.act("Approve and Publish")
    expect(editor.messages).to_contain_text("has been updated")
    visitor = open_changed("/", HEADING)
    memory["approved"] = HEADING
    heights = [visitor.locator(f"main {selector}").first.bounding_box()["y"] for selector in IN_ORDER]
    assert heights == sorted(heights)
    assert page.problems == []
    assert visitor.problems == []


def test_the_chosen_attorneys_come_in_the_order_chosen(open_changed, memory):
    visitor = open_changed("/", memory["approved"])
    cards = visitor.locator("section:has(h2:has-text('Two to know first')) .attorney-card")
    expect(cards).to_have_text([re.compile("Claire Banks"), re.compile("Todd Spodek")])
