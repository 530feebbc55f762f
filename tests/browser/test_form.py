"""What the form's own script adds for a visitor whose browser runs it, and that nobody needs it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

FORM = "/free-consultation/"


def field(page, name: str):
    return page.locator(f"form [name={name}]")


def test_the_proof_of_work_is_done_while_somebody_types(open_page):
    page = open_page(FORM, width=PHONE)
    expect(field(page, "proof")).to_have_value("")
    page.fill("[name=full_name]", "Jane Sample")
    expect(field(page, "proof")).not_to_have_value("")
    assert page.problems == []
    assert page.foreign == []


def test_nothing_is_worked_out_before_somebody_types(open_page):
    page = open_page(FORM)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("performance.getEntriesByType('resource').filter(e => e.name.includes('worker')).length") == 0


def test_the_tab_remembers_where_the_visit_began(open_page, site):
    page = open_page("/blog/?page=2", width=PHONE)
    page.goto(f"{site}/attorneys/")
    page.goto(site + FORM)
    expect(field(page, "landing_page")).to_have_value("/blog/")
    expect(field(page, "referring_host")).to_have_value("")


def test_without_script_the_page_before_the_form_counts(open_page):
    page = open_page("/attorneys/?role=partner", script=False)
    page.click(f"a[href^='{FORM}'] >> visible=true >> nth=0")
    page.wait_for_url(f"**{FORM}**")
    expect(field(page, "landing_page")).to_have_value("/attorneys/")


def test_leaving_quickly_forgets_where_the_visit_began(open_page, site):
    page = open_page(FORM)
    page.route("https://**", lambda route: route.fulfill(body="Elsewhere"))
    page.click("[data-quick-exit]")
    page.wait_for_url("https://**")
    page.goto(f"{site}/attorneys/")
    page.goto(site + FORM)
    expect(field(page, "landing_page")).to_have_value("/attorneys/")


@pytest.mark.parametrize("script", [True, False])
def test_the_form_is_sent_with_and_without_script(own_site, browser, script):
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(own_site + FORM)
    page.fill("[name=full_name]", "Jane Sample")
    page.fill("[name=phone]", "212-555-0142")
    page.check("[name=acknowledge]")
    page.click("form[method=post] [type=submit]")
    page.wait_for_url("**/thank-you/")
    expect(page.locator(".reference")).to_be_visible()
    context.close()


def test_the_court_is_asked_for_once_there_is_a_date(open_page):
    page = open_page(FORM, width=PHONE)
    expect(page.locator("[name=court]")).to_be_hidden()
    page.fill("[name=court_date]", "2031-03-04")
    expect(page.locator("[name=court]")).to_be_visible()
    expect(open_page(FORM, script=False).locator("[name=court]")).to_be_visible()
