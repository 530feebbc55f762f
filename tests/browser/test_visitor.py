"""What a visitor can do, with and without script, and what the browser never does."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_accessibility import PAGES

#: Loads what a browser would load when it is scrolled to, and waits for it; a picture that fails stays without width.
LOAD_PICTURES = """() => Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.decode().catch(() => null);
}))"""
WITHOUT_404 = {name: path for name, path in PAGES.items() if name != "404"}


@pytest.mark.parametrize("path", WITHOUT_404.values(), ids=WITHOUT_404.keys())
def test_no_error_no_other_host_and_nothing_blocked(open_page, path):
    page = open_page(path)
    page.wait_for_load_state("networkidle")
    assert page.problems == []
    assert page.foreign == []


@pytest.mark.parametrize("path", WITHOUT_404.values(), ids=WITHOUT_404.keys())
def test_no_cookie_is_set_for_reading(open_page, path):
    page = open_page(path)
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert names <= ({"csrftoken"} if path.startswith("/free-consultation/") else set())


def test_the_first_screen_of_a_phone_says_who_and_how_to_reach(open_page):
    page = open_page("/", width=PHONE)
    for selector in ("h1", ".site-header__name", ".top-bar__phone", ".action-bar a[href^='tel:']", ".hero .button"):
        box = page.locator(selector).first.bounding_box()
        assert box, selector
        assert box["y"] + box["height"] <= 640, selector


def test_reading_without_script(open_page):
    page = open_page("/", width=PHONE, script=False)
    page.click(".site-header__menu summary")
    page.click(".site-header__menu nav a:has-text('Attorneys')")
    expect(page.locator("h1")).to_have_text("Attorneys")
    page.click(".filters a:has-text('Federal crimes')")
    expect(page.locator("[role=status]").first).to_contain_text("Federal crimes")
    page.click(".attorney-card a >> nth=0")
    expect(page.locator("h1")).to_have_text("Todd Spodek")
    page.goto(page.url.split("/attorneys/")[0] + "/blog/after-a-federal-arrest-step-by-step/")
    page.click(".faq summary >> nth=0")
    expect(page.locator(".faq__answer").first).to_be_visible()


def test_searching_with_a_typing_error(open_page):
    page = open_page("/search/")
    page.fill("main [name=q]", "sentnce")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=sentnce")
    expect(page.locator("[role=status]").first).to_contain_text("sentence")
    expect(page.locator(".search-results mark").first).to_be_visible()


def test_a_footnote_leads_there_and_back(open_page):
    page = open_page("/blog/after-a-federal-arrest-step-by-step/")
    page.click(".footnote-ref a >> nth=0")
    expect(page).to_have_url(re.compile("#note-1$"))
    page.click("#note-1 .footnotes__back")
    expect(page).to_have_url(re.compile("#ref-1-1$"))


def test_the_vcard_downloads(open_page):
    page = open_page("/attorneys/todd-spodek/")
    with page.expect_download() as download:
        page.click("text=Save contact")
    assert download.value.suggested_filename == "todd-spodek.vcf"


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_picture_is_served_ready_made(open_page, width):
    page = open_page("/", width=width)
    page.evaluate(LOAD_PICTURES)
    sources = page.evaluate("[...document.images].map(image => [image.currentSrc, image.naturalWidth])")
    assert len(sources) > 10
    assert [source for source, wide in sources if "/original_images/" in source or wide == 0] == []


def test_a_page_in_forced_colours_keeps_its_buttons(open_page):
    page = open_page("/", forced_colors="active")
    border = page.evaluate("getComputedStyle(document.querySelector('.hero .button')).borderTopStyle")
    assert border != "none"


def test_a_post_prints_without_the_frame(open_page):
    page = open_page("/blog/after-a-federal-arrest-step-by-step/")
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    for selector in (".site-header__nav", ".action-bar", ".closing-call", ".related"):
        expect(page.locator(selector).first).to_be_hidden()
