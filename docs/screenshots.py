"""Remakes the pictures of docs/editors.md from the running demo: ``.venv/bin/python docs/screenshots.py``."""

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

FOLDER = DOCS / "images" / "editors"
SIZE = {"width": 1280, "height": 800}
LIMIT = 120_000


def shoot(page: Page, name: str) -> None:
    """Keep what is seen as ``name``.webp, in as high a quality as the limit allows."""
    with suppress(TimeoutError):  # an open preview asks again and again
        page.wait_for_load_state("networkidle", timeout=4000)
    raw = FOLDER / f"{name}.png"
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
    shoot(page, "post-footnote")

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


def main() -> None:
    """Start the demo in a temporary folder and photograph it."""
    path = find_browser()
    if path is None:
        raise SystemExit(f"No browser: {why_missing()}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        running_site(Path(data)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        as_editor(log_in(browser, site, "editor"), site)
        as_publisher(log_in(browser, site, "publisher"), site)
        browser.close()


if __name__ == "__main__":
    main()
