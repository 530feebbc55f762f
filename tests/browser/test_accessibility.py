"""WCAG 2.2 AA on every template, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, TABLET

PAGES = {
    "home": "/",
    "practice areas": "/practice-areas/",
    "practice area": "/practice-areas/federal-crimes/",
    "directory": "/attorneys/",
    "filtered directory": "/attorneys/?practice_area=federal-crimes&role=associate",
    "profile": "/attorneys/todd-spodek/",
    "testimonials": "/testimonials/",
    "testimonial": "/testimonials/family-in-the-room/",
    "blog": "/blog/",
    "second page of the blog": "/blog/?page=2",
    "category": "/blog/category/federal-investigations/",
    "post with every block": "/blog/after-a-federal-arrest-step-by-step/",
    "the brief's post": "/blog/hsi-international-partnerships-combat-global-crime-threats/",
    "about": "/about/",
    "privacy": "/privacy/",
    "contact": "/contact/",
    "search": "/search/?q=sentence",
    "search without result": "/search/?q=zzzzzzzz",
    "consultation form": "/free-consultation/",
    "thank-you": "/free-consultation/thank-you/",
    "404": "/no-such-page/",
}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("width", [PHONE, TABLET, DESK])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_axe_finds_nothing(open_page, path, width):
    page = open_page(path, width=width)
    results = Axe().run(page, options=RULES)
    found = [
        f"{violation['id']}: {[node['html'][:160] for node in violation['nodes'][:3]]}"
        for violation in results.response["violations"]
    ]
    assert not found


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_no_sideways_scroll_at_400_percent(open_page, path):
    page = open_page(path, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("path", ["/", "/blog/after-a-federal-arrest-step-by-step/", "/free-consultation/"])
def test_focus_is_visible_and_never_hidden_below_the_bar(open_page, path):
    page = open_page(path, width=PHONE)
    hidden = []
    for _ in range(60):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => {
                const element = document.activeElement;
                if (!element || element === document.body) return null;
                const box = element.getBoundingClientRect();
                const bar = document.querySelector(".action-bar");
                const edge = bar && !bar.contains(element) ? bar.getBoundingClientRect().top : innerHeight;
                const styles = [null, "::before", "::after"].map((part) => getComputedStyle(element, part));
                const outline = styles.some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0);
                const covered = box.height < edge && box.top >= edge;
                return {html: element.outerHTML.slice(0, 80), covered, outline};
            }"""
        )
        if state and (state["covered"] or not state["outline"]):
            hidden.append(state)
    assert not hidden


def test_the_skip_link_leads_to_the_content(open_page):
    page = open_page("/about/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_phone_menu_works_by_keyboard_alone(open_page):
    page = open_page("/", width=PHONE)
    page.focus(".site-header__menu summary")
    page.keyboard.press("Enter")
    first = page.locator(".site-header__menu nav a").first
    expect(first).to_be_visible()
    page.keyboard.press("Escape")
    expect(first).to_be_hidden()
