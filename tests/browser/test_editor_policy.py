"""Writing a page uses all of the editor: nothing of it needs what the security policy forbids, nor says an error."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.admin import PageEditor
from tests.browser.test_editor import own_problems
from tests.browser.test_policy import WATCH

SIDE_PANELS = ["status", "comments", "checks", "preview"]


@pytest.fixture(scope="module")
def site(own_site):
    """A copy: the editor saves by itself."""
    return own_site


def reported(page) -> list[str]:
    """What the policy has forbidden, in the page and in the frames of its panels."""
    return [line for frame in page.frames for line in frame.evaluate("window.violations ?? []")]


def test_the_whole_editor_works_under_the_policy(staff, site):
    page = staff("editor")
    page.add_init_script(WATCH)
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name="Write a blog post").click()
    editor = PageEditor(page)
    editor.fill(page, {"Title": "Under the policy", "Summary": "All of the editor at work."})

    # The date picker, by the mouse.
    date = editor.panel("Legal review").get_by_role("textbox").first
    date.click()
    picker = page.locator(".xdsoft_datetimepicker:visible")
    expect(picker).to_have_count(1)
    picker.locator("td.xdsoft_date:not(.xdsoft_other_month)").nth(9).click()
    expect(date).to_have_value(re.compile(r"\d{4}-\d{2}-10"))
    page.get_by_role("heading", level=1).first.click()

    # Choosers of a snippet, a page, an image, a document, and blocks of the stream.
    editor.choose(page, "Choose category", "Sentencing")
    editor.choose(editor.panel("Authors"), "Choose a page (Attorney)", "Claire Banks")
    editor.choose(page, "Choose an image", "Artwork: columns-2")
    body = editor.panel("Body")
    editor.write(editor.add_block(body, "Text"), "Say one thing, and say it plainly.")
    picture = editor.add_block(body, "Image")
    editor.choose(picture, "Choose an image", "Artwork: columns-1")
    editor.fill(picture, {"Alt text": "A row of columns"})
    editor.choose(editor.add_block(body, "Document"), "Choose a document", "What to write down")
    editor.item(editor.add_block(body, "List"), 1)

    # A comment on a field.
    title = page.locator("[data-contentpath='title'][data-field-wrapper], [data-contentpath='title']").first
    title.hover()
    title.get_by_role("button", name="Add comment").click()
    page.locator(".comment textarea, .comment [contenteditable=true]").last.fill("Is this the right word?")
    page.get_by_role("button", name="Comment", exact=True).last.click()
    expect(page.locator(".comment").first).to_contain_text("Is this the right word?")

    for name in SIDE_PANELS:
        toggle = page.get_by_role("button", name=f"Toggle {name}", exact=True)
        if toggle.get_attribute("aria-expanded") != "true":
            toggle.click()
        expect(toggle).to_have_attribute("aria-expanded", "true")
    frame = page.frame_locator("iframe[title=Preview]").last
    expect(frame.get_by_role("heading", level=1)).to_have_text("Under the policy")
    editor.save()
    assert reported(page) == []
    assert own_problems(page) == []
    assert page.foreign == []
