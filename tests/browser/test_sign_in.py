"""Signing in with a real browser: with its own authenticator, at two widths, and by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.site import PASSWORD

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
SECURITY = "/admin/account/signing-in/"


@pytest.fixture
def address(own_site):
    """The site under a name: browsers make no passkeys for a number."""
    return own_site.replace("127.0.0.1", "localhost")


def window(browser, width=DESK, **options):
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def give_password(page, address, username):
    page.goto(address + "/admin/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def faults(page) -> list:
    found = Axe().run(page).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] + [wide] * bool(wide > 0)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_passkey_is_made_shown_and_stands_for_the_password(browser, address, width):
    page = window(browser, width)
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    username = "editor" if width == PHONE else "intake"
    give_password(page, address, username)
    expect(page).to_have_url(address + "/admin/")
    for path in ("", "app/", "passkey/", "again/", "sessions/"):
        page.goto(address + SECURITY + path)
        assert faults(page) == [], path
    page.goto(address + SECURITY + "passkey/")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    expect(page.locator(".sign-in-codes li")).to_have_count(10)
    assert faults(page) == []
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 left.")).to_be_visible()

    page.context.clear_cookies()
    give_password(page, address, username)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(address + "/admin/")

    page.context.clear_cookies()
    page.goto(address + "/admin/login/")
    assert faults(page) == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(address + "/admin/")
    assert problems == []
    page.context.close()


def test_without_javascript_an_app_is_set_up_by_its_form(browser, address):
    context = browser.new_context(viewport={"width": DESK, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    give_password(page, address, "publisher")
    expect(page).to_have_url(address + "/admin/")
    page.goto(address + SECURITY + "app/")
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("textbox", name="Code").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    page.goto(address + SECURITY + "passkey/")
    expect(page.get_by_role("button", name="Make a passkey")).to_be_hidden()
    context.close()
