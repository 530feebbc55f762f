"""What editors do in the browser: write, illustrate, cite, correct errors, and submit for approval."""

import datetime
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.admin import PageEditor, label, own_problems

POST = "What a target letter asks of you"
CLICKS_FOR_A_POST = 10


@pytest.fixture(scope="module")
def site(own_site):
    return own_site


def test_a_new_post_is_written_and_submitted_in_few_clicks(staff):
    page = staff("editor")
    page.get_by_role("link", name="Write a blog post").click()
    editor = PageEditor(page)
    editor.clicks = 1
    editor.fill(page, {"Title": "A short post", "Summary": "One sentence about it."})
    editor.choose(page, "Choose category", "Sentencing")
    editor.choose(editor.panel("Authors"), "Choose a page (Attorney)", "Claire Banks")
    text = editor.add_block(editor.panel("Body"), "Text")
    editor.write(text, "Say one thing, and say it plainly.")
    editor.act("Submit to Attorney approval")
    expect(editor.messages).to_contain_text("submitted for moderation")
    assert editor.clicks == CLICKS_FOR_A_POST
    assert own_problems(page) == []


def test_a_post_with_every_block_is_shown_as_written(staff, open_page):
    page = staff("editor")
    page.get_by_role("link", name="Write a blog post").click()
    editor = PageEditor(page)
    editor.fill(page, {"Title": POST, "Summary": "A letter from the prosecutor is not a charge yet."})
    editor.choose(page, "Choose category", "Federal Investigations")
    editor.choose(page, "Choose an image", "Artwork: columns-2")
    editor.choose(editor.panel("Authors"), "Choose a page (Attorney)", "Todd Spodek")
    editor.click(page.get_by_role("button", name="Add Author"))
    editor.choose(editor.panel("Author 2"), "Choose staff author", "Editorial desk")
    write_every_block(editor)
    filed = editor.panel("Filed under")
    tags = filed.get_by_role("textbox").first
    tags.press_sequentially("target letter,grand jury,")
    filed.get_by_role("checkbox", name="Federal crimes").check()
    review = editor.panel("Legal review")
    editor.fill(review, {"Last legal review": "2026-01-15"})
    editor.choose(review, "Choose a page (Attorney)", "Todd Spodek")
    editor.save()
    expect(editor.messages).to_contain_text(re.compile("created|updated"))
    expect(editor.preview().get_by_role("heading", name=POST, level=1)).to_be_visible()
    assert own_problems(page) == []
    post = page.url
    publish(staff, post)

    visitor = open_page("/blog/what-a-target-letter-asks-of-you/")
    main = visitor.locator("main")
    expect(main.get_by_role("heading", level=1)).to_have_text(POST)
    for words in SHOWN:
        expect(main).to_contain_text(words)
    expect(main.get_by_role("link", name="grand jury", exact=True)).to_be_visible()
    visitor.click(".footnote-ref a >> nth=0")
    expect(visitor.locator("#note-1")).to_contain_text("Justice Manual")
    assert visitor.problems == []


SHOWN = [
    "A letter arrives at home",
    "What it means",
    "Keep the envelope",
    "The right to remain silent",
    "Say nothing yet",
    "Who is called what",
    "Witness",
    "A grand jury has up to twenty-three members",
    "Must I answer it?",
    "The courthouse in the morning",
    "A talk about letters",
    "What to write down",
    "Bring the letter to us",
    "target letter",
    "Todd Spodek",
]


def write_every_block(editor):
    page, body = editor.page, editor.panel("Body")
    text = editor.add_block(body, "Text")
    editor.write(text, "A letter arrives at home")
    page.keyboard.press("Control+Shift+ArrowLeft")
    editor.click(page.get_by_role("button", name="Footnote").first)
    editor.click(page.get_by_role("button", name="Create new footnote"))
    note = editor.panel("Footnote 1")
    expect(note.locator(".public-DraftEditor-content")).to_be_focused()
    page.keyboard.type("Justice Manual 9-11.151")
    expect(text).to_contain_text("A letter arrives at home[")
    editor.fill(editor.add_block(body, "Heading"), {"Text": "What it means"})
    items = editor.add_block(body, "List")
    editor.write(editor.item(items, 0), "Keep the envelope")
    quotation = editor.add_block(body, "Quotation")
    editor.fill(quotation, {"Quote": "The right to remain silent", "Attribution": "Anyone's lawyer"})
    callout = editor.add_block(body, "Call-out")
    editor.select(callout, "Kind", "Warning")
    editor.write(callout, "Say nothing yet")
    table = editor.add_block(body, "Table")
    expect(table.get_by_role("textbox", name=re.compile("Caption"))).to_have_count(1)
    editor.fill(table, {"Caption": "Who is called what"})
    editor.click(table.get_by_role("button", name="Add column"))
    editor.click(table.get_by_role("button", name="Text", exact=True))
    table.get_by_placeholder("Column heading").fill("Word")
    table.locator("tbody").get_by_role("textbox").first.fill("Witness")
    citation = editor.add_block(body, "Footnoted citation")
    editor.write(citation, "A grand jury has up to twenty-three members")
    editor.fill(citation, {"Source": "Fed. R. Crim. P. 6(a)(1)"})
    faq = editor.add_block(body, "Questions and answers")
    editor.fill(editor.item(faq, 0), {"Question": "Must I answer it?"})
    editor.write(editor.item(faq, 0), "Not alone.")
    picture = editor.add_block(body, "Image")
    editor.choose(picture, "Choose an image", "Artwork: columns-1")
    editor.fill(picture, {"Alt text": "A row of columns", "Caption": "The courthouse in the morning"})
    video = editor.add_block(body, "Video")
    editor.fill(video, {"Title": "A talk about letters", "Address of the video": "https://www.example.org/talk"})
    document = editor.add_block(body, "Document")
    editor.choose(document, "Choose a document", "What to write down")
    call = editor.add_block(body, "Call to action")
    editor.fill(call, {"Heading": "Bring the letter to us", "Label": "Request a free consultation"})


def publish(staff, address):
    """Publish a page from its editor, as an attorney."""
    page = staff("publisher", "/" + address.split("/", 3)[3])
    editor = PageEditor(page)
    editor.act("Publish")
    expect(editor.messages).to_be_visible()
    return page


def test_a_link_without_target_is_refused_on_its_field_and_nothing_is_lost(staff):
    page = staff("editor")
    page.get_by_role("link", name="Edit the home page").click()
    editor = PageEditor(page)
    sections = editor.panel("Sections")
    call = editor.add_block(sections, "Call to action")
    editor.fill(call, {"Heading": "Kept through the error", "Label": "Read on"})
    editor.select(call, "Leads to", "A page of this site")
    badges = editor.add_block(sections, "Badges")
    editor.fill(editor.item(badges, 0), {"Label": "Best in town", "Claim": "Said by someone"})
    editor.act("Submit to Attorney approval")
    expect(editor.messages).to_contain_text("error")
    call = sections.get_by_role("region", name=re.compile("^Call to action Kept through"))
    expect(call.locator("[data-contentpath=page]").first).to_contain_text("Choose where the link leads")
    expect(call.get_by_role("textbox", name=label("Heading"))).to_have_value("Kept through the error")
    badge = sections.get_by_role("region", name=re.compile("^Badge Best in town"))
    for name in ("source_name", "source_url", "valid_until"):
        expect(badge.locator(f"[data-contentpath={name}]")).to_contain_text("This field is required")
    expect(badge.get_by_role("textbox", name=label("Claim"))).to_have_value("Said by someone")
    assert own_problems(page) == []


def test_an_editor_submits_and_a_publisher_publishes(staff):
    for username, can_publish in (("editor", False), ("publisher", True)):
        page = staff(username, "/admin/blog_posts/")
        page.get_by_role("link", name="How a federal sentence is decided", exact=True).click()
        editor = PageEditor(page)
        footer = page.get_by_role("navigation", name="Actions (footer)")
        footer.get_by_role("button", name="More actions").click()
        expect(footer.get_by_role("button", name="Save draft")).to_be_visible()
        expect(footer.get_by_role("button", name="Publish", exact=True)).to_have_count(int(can_publish))
        assert editor.page.problems == []


def test_the_number_in_the_settings_is_the_number_at_the_top(staff, open_changed):
    page = staff("publisher")
    page.get_by_role("link", name="Numbers, offices, menus").click()
    number = page.get_by_role("textbox", name=label("Telephone")).first
    number.fill("+1 212 555 0142")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("updated")
    bar = open_changed("/attorneys/", "212-555-0142").locator(".top-bar__phone")
    expect(bar).to_contain_text("212-555-0142")
    expect(bar).to_have_attribute("href", "tel:+12125550142")
    assert page.problems == []


def test_a_testimonial_is_added_with_its_notice(staff, open_page):
    page = staff("editor")
    page.get_by_role("link", name="Add a testimonial").click()
    editor = PageEditor(page)
    editor.fill(page, {"Headline": "He called back within the hour", "Attribution": "K. L., Queens"})
    editor.write(editor.panel("Body"), "We were told what would happen, and it did.")
    editor.choose(editor.panel("About"), "Choose a page (Attorney)", "Elizabeth Garvey")
    editor.save()
    assert own_problems(page) == []
    publish(staff, page.url)
    visitor = open_page("/testimonials/he-called-back-within-the-hour/")
    expect(visitor.locator("main")).to_contain_text("K. L., Queens")
    expect(visitor.locator("main")).to_contain_text("Prior results do not guarantee a similar outcome")


def test_a_picture_is_uploaded_and_given_a_focal_point(staff, tmp_path):
    portrait = tmp_path / "portrait.png"
    Image.new("RGB", (1200, 1500), "#445566").save(portrait)
    page = staff("editor", "/admin/images/")
    page.get_by_role("link", name="Add an image").first.click()
    page.locator("input[type=file]").first.set_input_files(portrait)
    title = page.get_by_role("textbox", name=label("Title"))
    title.fill("A new portrait")
    page.get_by_role("button", name="Update").click()
    expect(title).to_have_count(0)
    page.goto(page.url.split("/admin/")[0] + "/admin/images/")
    page.get_by_role("link", name=re.compile("A new portrait")).first.click()
    picture = page.locator(".jcrop-holder img:visible").last
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("updated")
    page.get_by_role("link", name=re.compile("A new portrait")).first.click()
    across, down = (int(page.locator(f"[name=focal_point_{axis}]").input_value()) for axis in "xy")
    assert abs(across - 600) < 60
    assert abs(down - 450) < 75
    assert page.problems == []


def test_a_post_for_later_stays_hidden(staff, open_page):
    later = datetime.datetime.now() + datetime.timedelta(days=30)
    page = staff("publisher")
    page.get_by_role("link", name="Write a blog post").click()
    editor = PageEditor(page)
    editor.fill(page, {"Title": "Not before next month", "Summary": "It waits."})
    editor.choose(page, "Choose category", "Sentencing")
    editor.choose(editor.panel("Authors"), "Choose a page (Attorney)", "Claire Banks")
    editor.write(editor.add_block(editor.panel("Body"), "Text"), "Not yet.")
    editor.save()
    page.get_by_role("button", name="Toggle status").click()
    page.get_by_role("button", name="Set schedule").click()
    dialog = page.get_by_role("dialog", name="Set publishing schedule")
    editor.fill(dialog, {"Go live date/time": later.strftime("%Y-%m-%d %H:%M")})
    dialog.get_by_role("button", name="Save schedule").click()
    expect(dialog).to_be_hidden()
    expect(editor.messages).to_be_visible()
    editor.wait_until_ready()
    editor.act("Schedule to publish")
    expect(editor.messages).to_contain_text("scheduled")
    assert open_page("/blog/not-before-next-month/").locator("h1").inner_text() != "Not before next month"
    assert "Not before next month" not in open_page("/blog/").inner_text("main")
    assert own_problems(page) == []


SCREENS = {
    "dashboard": "/admin/",
    "posts": "/admin/blog_posts/",
    "attorneys": "/admin/attorneys_listing/",
    "testimonials": "/admin/testimonials_listing/",
    "practice areas": "/admin/practice_areas/",
    "images": "/admin/images/",
    "documents": "/admin/documents/",
    "snippets": "/admin/snippets/",
    "workflow report": "/admin/reports/workflow/",
}


@pytest.mark.parametrize("path", SCREENS.values(), ids=SCREENS.keys())
def test_no_error_on_a_screen_of_the_admin(staff, path):
    page = staff("editor", path)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.problems == []
    assert page.foreign == []


@pytest.mark.parametrize("path", ["/", "/attorneys/todd-spodek/", "/blog/after-a-federal-arrest-step-by-step/"])
def test_the_bar_for_staff_works_on_a_public_page_and_finds_nothing(staff, path):
    page = staff("editor", path)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="View Wagtail quick actions").click()
    expect(page.get_by_role("menuitem", name="Edit this page")).to_be_visible()
    assert page.problems == []
