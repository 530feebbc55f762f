"""From the visitor's first tap on a telephone to "retained" on the intake desk, as both see it."""

import re
from email import message_from_string, policy
from time import monotonic, sleep

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

#: What nobody but the person and the intake staff may read.
SECRETS = ("Jordan", "Quillfeather", "0147", "jordan.q@", "warehouse")
#: Presses of buttons and links from the dashboard to "retained".
CLICKS_TO_RETAIN = 11


@pytest.fixture(scope="module")
def site(own_site):
    return own_site


def test_a_visitor_asks_for_help_on_a_telephone(open_page, memory):
    page = open_page("/", width=PHONE)
    page.locator(".action-bar a", has_text="Free consultation").click()
    page.get_by_label("Your name").fill("Jordan Quillfeather")
    page.get_by_role("textbox", name="Telephone").fill("(212) 555-0147")
    page.get_by_role("textbox", name="E-mail").fill("jordan.q@example.com")
    page.get_by_label("The person is in custody now").check()
    page.locator("[name=message]").fill("It is about the warehouse.")
    page.locator("[name=acknowledge]").check()
    page.get_by_role("button", name="Send the request").dblclick()
    expect(page).to_have_url(re.compile("/thank-you/"))
    page.wait_for_load_state()
    reference = page.locator(".reference dd").inner_text()
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", reference)
    page.reload()
    expect(page.locator(".reference dd")).to_have_text(reference)
    page.go_back()
    assert page.problems == []
    assert page.foreign == []
    memory["reference"] = reference


def test_mails_say_where_to_look_and_no_more(site_mail, memory):
    mails = site_mail(memory["reference"])
    receipts = [mail for mail in mails if "jordan.q@example.com" in mail["To"]]
    notices = [mail for mail in mails if mail not in receipts]
    assert len(receipts) == 1
    assert {mail["To"] for mail in notices} == {"intake@example.com", "intake-manager@example.com", "owner@example.com"}
    for mail in notices:
        text = mail.as_string()
        assert not [secret for secret in SECRETS if secret in text]
    assert "warehouse" not in receipts[0].as_string()


@pytest.fixture
def site_mail(site_folder):
    """Return a function that waits for the mails that name a reference, and returns them."""

    def wait(reference: str) -> list:
        deadline = monotonic() + 60
        while monotonic() < deadline:
            files = [path.read_text() for path in (site_folder / "mail").glob("*")]
            parts = [part for text in files for part in re.split(r"^-{70,}$\n", text, flags=re.M) if part.strip()]
            mails = [message_from_string(part, policy=policy.default) for part in parts if reference in part]
            if len(mails) >= 4:
                return mails
            sleep(0.5)
        raise AssertionError(f"Only {len(mails)} mails came")

    return wait


def test_strangers_learn_nothing(open_page, memory):
    page = open_page("/free-consultation/thank-you/")
    assert memory["reference"] not in page.content()


def test_intake_takes_it_from_new_to_retained(staff, memory):
    page, clicks = staff("intake"), 0

    def click(target):
        nonlocal clicks
        target.first.click()
        clicks += 1

    panel = page.get_by_role("region", name="Requests for a consultation")
    click(panel.get_by_role("link", name="All open requests"))
    row = page.get_by_role("row").filter(has_text=memory["reference"])
    expect(row).to_contain_text("Jordan Quillfeather")
    expect(row).to_contain_text("Urgent")
    click(row.get_by_role("link", name=memory["reference"]))
    expect(page.locator("a[href='tel:+12125550147']").first).to_be_visible()
    expect(page.locator("body")).to_contain_text("It is about the warehouse.")

    click(page.get_by_role("button", name="Assign to me"))
    timeline = page.locator("#timeline, .request__history").first
    expect(timeline).to_contain_text("Assigned")
    contact = page.get_by_role("region", name="Log a call or message")
    contact.get_by_role("combobox").first.select_option(label=spoke(contact))
    contact.get_by_role("textbox").first.fill("Spoke with the sister.")
    click(contact.get_by_role("button"))
    expect(status(page)).to_contain_text("Contacted")

    next_step = page.get_by_role("region", name="Next step")
    click(next_step.get_by_text("Schedule", exact=True))
    click(next_step.get_by_role("radio").first)
    click(next_step.get_by_role("button", name="Make the appointment"))
    expect(status(page)).to_contain_text("Scheduled")
    click(page.get_by_role("region", name="Next step").get_by_role("button", name="Consultation held"))
    expect(status(page)).to_contain_text("Consulted")
    click(page.get_by_role("region", name="Next step").get_by_role("button", name="Retained"))
    expect(status(page)).to_contain_text("Retained")

    for words in ("Request received", "Assigned", "Spoke with the sister.", "Scheduled", "Retained"):
        expect(timeline).to_contain_text(words)
    assert clicks <= CLICKS_TO_RETAIN
    assert page.problems == []
    memory["retained"] = memory["reference"]


def spoke(contact) -> str:
    """The words of the option for a call of ours that reached the person."""
    option = contact.get_by_role("combobox").first.locator("option").filter(has_text=re.compile("spoke", re.I)).first
    return option.text_content().strip()  # waits until the page has it


def status(page):
    return page.locator(".request-head__marks")


def test_a_manager_sees_who_looked(staff, memory):
    page = staff("intake_manager", f"/admin/consultations/trail/?reference={memory['retained']}")
    expect(page.locator("main")).to_contain_text("Ina Intake")
    expect(page.locator("main")).not_to_contain_text("Quillfeather")
    assert page.problems == []


def test_editors_do_not_reach_it(staff):
    page = staff("editor", "/admin/consultations/")
    expect(page).to_have_url(re.compile("/admin/$"))
    expect(page.get_by_role("link", name="Images", exact=True).first).to_be_visible()
    expect(page.get_by_role("link", name="Consultations")).to_have_count(0)
