"""What editors use works under the security policy, without an error in the console."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.admin import PageEditor, label, own_problems

WATCH_ALWAYS = """
  document.addEventListener("securitypolicyviolation", (event) =>
    window.tellReport(`${location.pathname}: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
SIDE_PANELS = ["status", "comments", "checks", "preview"]


@pytest.fixture(scope="module")
def site(own_site):
    """A copy: the editor saves by itself."""
    return own_site


@pytest.fixture
def page(staff):
    """An editor's window in which reports of the policy gather, in every screen that is opened."""
    page = staff("editor")
    page.reports = []
    page.expose_function("tellReport", lambda told: page.reports.append(told))
    page.add_init_script(WATCH_ALWAYS)
    page.goto(page.url)
    yield page
    assert page.evaluate("typeof window.tellReport") == "function"
    assert page.reports == []
    assert own_problems(page) == []
    assert [address for address in page.foreign if not address.startswith("blob:")] == []


def pick_day(page, field) -> None:
    """Take the tenth of the month by the mouse."""
    picker = page.locator(".xdsoft_datetimepicker:visible")
    field.click()
    expect(picker).to_have_count(1)
    picker.locator("td.xdsoft_date:not(.xdsoft_other_month)").nth(9).click()
    expect(field).to_have_value(re.compile(r"\d{4}-\d{2}-10"))
    field.blur()
    expect(picker).to_have_count(0)


def comment(page, text: str) -> None:
    """Comment on the title."""
    title = page.locator("[data-contentpath=title]").first
    title.hover()
    title.get_by_role("button", name="Add comment").click()
    page.locator(".comment textarea, .comment [contenteditable=true]").last.fill(text)
    page.get_by_role("button", name="Comment", exact=True).last.click()
    expect(page.locator(".comment").first).to_contain_text(text)


def link_last_word(page, title: str) -> None:
    """Make the word that was typed last a link to a page of the site."""
    for _ in ("full stop", "word"):
        page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    with page.expect_response(lambda response: "/choose-page/" in response.url and "search" in response.url):
        dialog.get_by_role("textbox", name="Search term").fill(title)
    dialog.get_by_role("link", name=title, exact=True).click()
    expect(dialog).to_have_count(0)


def kind_of(block) -> str:
    """The type of a block of a stream, as it is stored."""
    return block.locator("input[type=hidden][name$='-type']").first.input_value()


def test_the_whole_editor_works_under_the_policy(page):
    page.get_by_role("link", name="Write a blog post").click()
    editor = PageEditor(page)
    editor.fill(page, {"Title": "Under the policy", "Summary": "All of the editor at work."})
    pick_day(page, editor.panel("Legal review").get_by_role("textbox").first)
    editor.choose(page, "Choose category", "Sentencing")
    editor.choose(editor.panel("Authors"), "Choose a page (Attorney)", "Claire Banks")
    editor.choose(page, "Choose an image", "Artwork: columns-2")

    body = editor.panel("Body")
    text = editor.add_block(body, "Text")
    editor.write(text, "Say one thing, and say it plainly.")
    link_last_word(page, "Federal crimes")
    expect(text.locator(".Draftail-Editor a, .Draftail-Editor [role=button].TooltipEntity")).to_have_text("plainly.")
    picture = editor.add_block(body, "Image")
    editor.choose(picture, "Choose an image", "Artwork: columns-1")
    editor.fill(picture, {"Alt text": "A row of columns"})
    editor.choose(editor.add_block(body, "Document"), "Choose a document", "What to write down")
    editor.item(editor.add_block(body, "List"), 1)
    editor.move_up(editor.blocks(body).nth(1))
    editor.remove(editor.blocks(body).last)
    expect(editor.blocks(body)).to_have_count(3)
    assert [kind_of(block) for block in editor.blocks(body).all()] == ["image", "text", "document"]

    comment(page, "Is this the right word?")
    for name in SIDE_PANELS:
        toggle = page.get_by_role("button", name=f"Toggle {name}", exact=True)
        if toggle.get_attribute("aria-expanded") != "true":
            toggle.click()
        expect(toggle).to_have_attribute("aria-expanded", "true")
    shown = page.frame_locator("iframe[title=Preview]").last
    expect(shown.get_by_role("heading", level=1)).to_have_text("Under the policy")
    editor.save()


def test_several_pictures_are_uploaded_and_tagged_together_under_the_policy(page, site, tmp_path):
    files = [tmp_path / f"{name}-court.png" for name in ("first", "second")]
    for number, file in enumerate(files):
        Image.new("RGB", (900, 600), (40, 80 + 90 * number, 120)).save(file)
    page.goto(f"{site}/admin/images/multiple/add/")
    page.locator("input[type=file]").first.set_input_files(files)
    titles = page.get_by_role("textbox", name=label("Title"))
    expect(titles).to_have_count(2)
    for left in (1, 0):
        titles.first.fill(f"Court {left}")
        page.get_by_role("button", name="Update").first.click()
        expect(titles).to_have_count(left)

    page.goto(f"{site}/admin/images/")
    for number in (0, 1):
        tile = page.locator("li", has_text=f"Court {number}")
        tile.get_by_role("checkbox").first.check()
    actions = page.locator("[data-bulk-action-footer]")
    expect(actions).to_contain_text("2 images selected")
    actions.get_by_role("link", name="Tag").click()
    expect(page).to_have_url(re.compile("/bulk/"))
    page.get_by_role("textbox").last.press_sequentially("courtroom,")
    page.get_by_role("button", name=re.compile("^Yes")).click()
    expect(page.locator(".messages")).to_contain_text("2 images")
    page.goto(f"{site}/admin/images/?tag=courtroom")
    expect(page.locator("main").get_by_role("link", name=re.compile("Court [01]"))).to_have_count(2)


def test_the_menu_beside_works_under_the_policy(page):
    menu = page.get_by_role("navigation", name=re.compile("Main menu|Menu", re.I)).first
    reports = page.get_by_role("button", name="Reports", exact=True)
    reports.click()
    expect(reports).to_have_attribute("aria-expanded", "true")
    page.get_by_role("link", name="Site history", exact=True).click()
    page.wait_for_url("**/reports/site-history/")
    toggle = page.get_by_role("button", name="Toggle sidebar")
    before = toggle.get_attribute("aria-expanded")
    toggle.click()
    expect(toggle).not_to_have_attribute("aria-expanded", before)
    toggle.click()
    expect(menu).to_be_visible()
