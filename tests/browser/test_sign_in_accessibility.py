"""Every screen of sign-in, account and *System* passes axe at two widths."""

import os
import re
import time
from contextlib import contextmanager

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.site import PASSWORD, copied_site
from tests.browser.test_accessibility import RULES

INSIDE = [
    f"account/signing-in/{path}" for path in ("", "app/", "passkey/", "again/", "sessions/", "codes/", "codes/new/")
]
#: Ends when no transition or fade is running; the ring around the icon of a message pulses for 25 seconds.
TRANSITIONS_END = """() => new Promise((resolve) => {
  const running = ({ playState, effect }) => playState === "running" && effect.getComputedTiming().endTime < 1000;
  const look = () => (document.getAnimations().some(running) ? requestAnimationFrame(look) : resolve());
  requestAnimationFrame(() => requestAnimationFrame(look));
})"""
OWNERS = ["account/", "signing-in/", "system/"]


@contextmanager
def second_step_required():
    """Have servers that are started within the block ask for a second step, as real ones do."""
    before = os.environ.get("REQUIRE_SECOND_FACTOR")
    os.environ["REQUIRE_SECOND_FACTOR"] = "yes"
    try:
        yield
    finally:
        os.environ.pop("REQUIRE_SECOND_FACTOR")
        if before is not None:
            os.environ["REQUIRE_SECOND_FACTOR"] = before


@pytest.fixture(scope="module")
def address(site, site_data, tmp_path_factory):
    """A copy of the site that asks for a second step, under a name: browsers make no passkeys for a number."""
    with second_step_required(), copied_site(site_data, tmp_path_factory.mktemp("strict")) as found:
        yield found.replace("127.0.0.1", "localhost")


class Inspector:
    """A window that is checked at two widths; what is wrong gathers in ``faults``."""

    def __init__(self, page) -> None:
        self.page, self.faults, self.seen = page, {}, 0

    def check(self, name: str) -> None:
        """Check the open page."""
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        for width in (PHONE, DESK):
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.evaluate(TRANSITIONS_END)
            found = Axe().run(self.page, options=RULES).response["violations"]
            told = [f"{fault['id']}: {[node['html'][:160] for node in fault['nodes'][:3]]}" for fault in found]
            if (wide := self.page.evaluate("document.documentElement.scrollWidth")) > width:
                told.append(f"is {wide} pixels wide")
            if told:
                self.faults[name, width] = told
            self.seen += 1


def give_password(page, address, password=PASSWORD):
    page.goto(address + "/admin/login/")
    page.get_by_label("Username").fill("owner")
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in", exact=True).click()


def give_code(page, code):
    page.get_by_role("textbox", name="Code").fill(code)
    with page.expect_navigation():
        page.get_by_role("textbox", name="Code").press("Enter")


def test_axe_finds_nothing_where_one_signs_in(browser, address):
    context = browser.new_context(viewport={"width": DESK, "height": 800})
    page = context.new_page()
    inspector = Inspector(page)
    page.goto(address + "/admin/login/")
    inspector.check("login")
    give_password(page, address, "wrong-wrong-wrong")
    inspector.check("login refused")
    for path in ("password_reset/", "password_reset/done/", "password_reset/confirm/MQ/none/"):
        page.goto(f"{address}/admin/{path}")
        inspector.check(path)

    give_password(page, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second step")
    inspector.check("set-up")
    page.get_by_role("link", name="Make a passkey").click()
    inspector.check("set-up of a passkey")
    page.get_by_role("link", name="instead").click()
    give_code(page, "000000")
    expect(page.get_by_role("alert").filter(has_text="not right")).to_be_visible()
    inspector.check("set-up refused")
    key = page.locator(".sign-in-key").inner_text().replace(" ", "")
    give_code(page, format_hotp_value(hotp_value(key, int(time.time()) // 30)))
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    inspector.check("recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url(f"{address}/admin/account/signing-in/")

    page.goto(f"{address}/admin/users/")
    other = re.search(r"/users/edit/(\d+)/", page.get_by_role("link", name="Eddie").first.get_attribute("href"))[1]
    for path in [*INSIDE, *OWNERS, f"signing-in/{other}/remove/"]:
        page.goto(f"{address}/admin/{path}")
        inspector.check(path)

    context.clear_cookies()
    give_password(page, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    inspector.check("second step")
    give_code(page, "000000")
    inspector.check("second step refused")
    for _ in range(7):
        give_code(page, "000000")
        if page.get_by_role("heading", level=1).inner_text() == "Please wait":
            break
    expect(page.get_by_role("heading", level=1)).to_have_text("Please wait")
    inspector.check("too many attempts")
    context.close()
    assert inspector.faults == {}
    assert inspector.seen == 2 * 23
