"""A request from the adverse party of a client: the conflict is found and declined, and its sender sees none of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

#: A client of the firm as the register has the name, and as the person who writes about her spells it.
CLIENT, ASKED = "Yekaterina Quorlashvili", "Quorlashvili, Ekaterina"


@pytest.fixture(scope="module")
def site(own_site):
    return own_site


def test_a_manager_enters_a_client(staff, memory):
    page = staff("intake_manager", "/admin/parties/")
    page.get_by_role("link", name="Add a party").click()
    page.get_by_label("Name", exact=False).first.fill(CLIENT)
    page.get_by_role("combobox", name="Role").select_option(label="Client")
    page.get_by_role("button", name="Add the party").click()
    expect(page.get_by_role("row").filter(has_text=CLIENT)).to_be_visible()
    page.get_by_label("Names", exact=True).fill("Katya Quorlashvily")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status").filter(has_text=CLIENT)).to_be_visible()
    assert "Quorlashvil" not in page.url
    assert page.problems == []
    memory["client"] = CLIENT


def test_the_other_side_asks_for_help_and_sees_nothing_of_it(open_page, memory):
    page = open_page("/free-consultation/", width=PHONE)
    page.get_by_label("Your name").fill("Barnaby Tressilbeck")
    page.get_by_role("textbox", name="Telephone").fill("(212) 555-0188")
    others = page.locator("[name=other_parties]")
    if not others.is_visible():
        others.locator("xpath=ancestor::details").locator("summary").click()
    others.fill(ASKED)
    page.locator("[name=acknowledge]").check()
    page.get_by_role("button", name="Send the request").click()
    expect(page).to_have_url(re.compile("/thank-you/"))
    page.wait_for_load_state()
    text = page.locator("main").inner_text()
    assert ASKED not in text
    assert "match" not in text.lower()
    memory["reference"] = page.locator(".reference dd").inner_text()


def test_intake_finds_the_conflict_and_declines(staff, memory):
    page, reference = staff("intake"), memory["reference"]
    page.get_by_role("region", name="Requests for a consultation").get_by_role(
        "link", name="Conflict check to do"
    ).click()
    row = page.get_by_role("row").filter(has_text=reference)
    row.get_by_role("link", name=reference).click()

    check = page.get_by_role("region", name="Conflict check")
    expect(check).to_contain_text(ASKED)
    expect(check).to_contain_text(memory["client"])
    expect(check).to_contain_text(re.compile("(certain|likely|possible) match"))
    expect(page.get_by_role("region", name="Next step").get_by_text("Schedule", exact=True)).to_have_count(0)

    check.get_by_text("A conflict: decline the request").click()
    with page.expect_navigation():
        check.get_by_role("button", name="Decline for conflict").click()
    expect(page.locator(".request-head__marks")).not_to_contain_text("Conflict of interest")

    check = page.get_by_role("region", name="Conflict check")
    declining = check.locator("details").filter(has_text="A conflict: decline the request")
    if declining.get_attribute("open") is None:
        declining.locator("summary").click()
    declining.get_by_role("textbox").fill("We act for the other side.")
    declining.get_by_role("button", name="Decline for conflict").click()
    expect(page.locator(".request-head__marks")).to_contain_text("Conflict of interest")
    expect(page.locator("#timeline, .request__history").first).to_contain_text("We act for the other side.")
    assert [problem for problem in page.problems if "422" not in problem] == []
    memory["declined"] = reference


def test_the_queue_has_nothing_left_to_check_of_it(staff, memory):
    page = staff("intake", "/admin/consultations/?set=conflicts")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=memory["declined"])).to_have_count(0)
    page = staff("intake", "/admin/consultations/?status=conflict")
    expect(page.get_by_role("row").filter(has_text=memory["declined"])).to_contain_text("Conflict of interest")
