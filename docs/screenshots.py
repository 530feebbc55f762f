"""Remakes the pictures of the guides from the running demo: ``.venv/bin/python docs/screenshots.py [guide]…``."""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from PIL import Image  # noqa: E402
from playwright.sync_api import Page, TimeoutError, expect, sync_playwright  # noqa: E402

from tests.browser.admin import PageEditor  # noqa: E402
from tests.browser.site import FLAGS, PASSWORD, running_site  # noqa: E402
from tests.browser_setup import find_browser, why_missing  # noqa: E402

IMAGES = DOCS / "images"
SIZE = {"width": 1280, "height": 800}
LIMIT = 120_000


def shoot(page: Page, name: str, guide: str = "editors") -> None:
    """Keep what is seen as ``name``.webp of a guide, in as high a quality as the limit allows."""
    with suppress(TimeoutError):  # an open preview asks again and again
        page.wait_for_load_state("networkidle", timeout=4000)
    raw = IMAGES / guide / f"{name}.png"
    page.screenshot(path=raw, animations="disabled")
    with Image.open(raw) as picture:
        for quality in (88, 80, 70, 60):
            picture.convert("RGB").save(raw.with_suffix(".webp"), quality=quality, method=6)
            if raw.with_suffix(".webp").stat().st_size < LIMIT:
                break
    raw.unlink()


def log_in(browser, site: str, username: str) -> Page:
    """Return the dashboard of one of the demo's accounts."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.goto(f"{site}/admin/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/")
    return page


def as_editor(page: Page, site: str) -> None:
    """The editor's screens, in the order of the document."""
    shoot(page, "dashboard")
    page.get_by_role("link", name="Edit the home page").click()
    editor = PageEditor(page)
    shoot(page, "home-sections")
    editor.panel("Sections").get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Badges").hover()
    shoot(page, "home-add-section")
    page.keyboard.press("Escape")
    editor.preview().get_by_role("heading", level=1).wait_for()
    shoot(page, "preview")
    page.get_by_role("button", name="Toggle preview").click()

    page.goto(f"{site}/admin/")
    page.get_by_role("link", name="Write a blog post").click()
    editor = PageEditor(page)
    editor.fill(page, {"Title": "What a target letter asks of you", "Summary": "A letter is not a charge yet."})
    text = editor.add_block(editor.panel("Body"), "Text")
    editor.write(text, "A target letter tells you that a grand jury is looking at you")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.get_by_role("button", name="Footnote").first.wait_for()
    shoot(page, "post-text-toolbar")
    page.get_by_role("button", name="Footnote").first.click()
    page.get_by_role("button", name="Create new footnote").click()
    expect(editor.panel("Footnote 1").locator(".public-DraftEditor-content")).to_be_focused()
    page.keyboard.type("Justice Manual 9-11.151")

    page.goto(f"{site}/admin/blog_posts/")
    shoot(page, "post-list")
    page.get_by_role("link", name="How a federal sentence is decided", exact=True).click()
    editor = PageEditor(page)
    page.get_by_role("navigation", name="Actions (footer)").get_by_role("button", name="More actions").click()
    shoot(page, "submit")
    page.keyboard.press("Escape")
    editor.act("Submit to Attorney approval")
    page.goto(f"{site}/admin/images/")
    page.get_by_role("link", name="Portrait").first.click()
    page.locator(".focal-point-chooser img:visible").last.wait_for()
    shoot(page, "focal-point")


def as_publisher(page: Page, site: str) -> None:
    """The publisher's screens."""
    shoot(page, "approve")
    page.goto(f"{site}/admin/settings/firm/firmsettings/")
    page.wait_for_url("**/firmsettings/**")
    shoot(page, "settings")


def as_intake(page: Page, site: str) -> None:
    """The intake desk, from the dashboard to one request."""
    shoot(page, "dashboard", "intake")
    page.get_by_role("link", name="All open requests").click()
    shoot(page, "queue", "intake")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Quarantine", exact=True).scroll_into_view_if_needed()
    shoot(page, "bulk", "intake")
    page.goto(f"{site}/admin/consultations/?set=custody")
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    shoot(page, "request", "intake")
    contact = page.get_by_role("region", name="Log a call or message")
    contact.scroll_into_view_if_needed()
    contact.get_by_role("combobox").select_option(index=1)
    contact.get_by_role("textbox").fill("Spoke with the sister. She brings the papers on Friday.")
    shoot(page, "contact", "intake")
    page.goto(f"{site}/admin/consultations/?set=closed&status=retained")
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    page.get_by_role("heading", name="Timeline").scroll_into_view_if_needed()
    shoot(page, "timeline", "intake")
    page.goto(f"{site}/admin/consultations/?set=conflicts")
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    shoot(page, "conflict", "intake")
    page.goto(f"{site}/admin/consultations/?status=contacted")
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    page.get_by_role("region", name="Next step").get_by_text("Schedule", exact=True).click()
    page.get_by_role("heading", name="Next step").scroll_into_view_if_needed()
    shoot(page, "schedule", "intake")
    page.goto(f"{site}/admin/appointments/")
    page.get_by_role("link", name="Next week").click()
    shoot(page, "appointments", "intake")


def as_manager(page: Page, site: str) -> None:
    """What the intake managers have beyond that."""
    page.goto(f"{site}/admin/message_texts/")
    page.get_by_role("link", name="To the person: we have your request").first.click()
    PageEditor(page).preview().locator("body").wait_for()
    shoot(page, "message-text", "intake")
    page.goto(f"{site}/admin/consultations/trail/")
    shoot(page, "trail", "intake")
    page.goto(f"{site}/admin/settings/consultations/intakesettings/")
    shoot(page, "settings", "intake")
    page.goto(f"{site}/admin/parties/")
    page.get_by_label("Names", exact=True).fill("Sample Radly")
    page.get_by_role("button", name="Check").click()
    shoot(page, "parties", "intake")
    page.goto(f"{site}/admin/consultations/reports/")
    shoot(page, "figures", "intake")
    page.goto(f"{site}/admin/consultations/retention/")
    shoot(page, "retention", "intake")


#: For each guide, what is photographed as which account.
GUIDES = {
    "editors": {"editor": as_editor, "publisher": as_publisher},
    "intake": {"intake": as_intake, "intake_manager": as_manager},
}


def main() -> None:
    """Start the demo in a temporary folder and photograph it."""
    guides = [name for name in GUIDES if name in sys.argv[1:]] or list(GUIDES)
    path = find_browser()
    if path is None:
        raise SystemExit(f"No browser: {why_missing()}")
    with (
        tempfile.TemporaryDirectory() as data,
        running_site(Path(data)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for guide in guides:
            (IMAGES / guide).mkdir(parents=True, exist_ok=True)
            for username, photograph in GUIDES[guide].items():
                photograph(log_in(browser, site, username), site)
        browser.close()


if __name__ == "__main__":
    main()
