"""Drives the page editor by what an editor sees: names of sections, labels of fields, words on buttons."""

import re

from playwright.sync_api import Locator, Page, expect

#: A block or an item of a list; those that were removed stay behind, hidden.
CHILD = "[data-streamfield-child]:not([aria-hidden])"


def label(text: str) -> re.Pattern:
    """Match the accessible name of a field, with or without the star of a required one."""
    return re.compile(rf"^\s*{re.escape(text).replace('/', '[/]')}\s*\*?\s*$")


def own_problems(page: Page) -> list[str]:
    """The errors of the browser's console, but for the one that an unfinished form's automatic saving leaves there."""
    return [problem for problem in page.problems if "status of 400" not in problem]


class PageEditor:
    """The editor that is open in ``page``. It counts its clicks on buttons and links."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the panels are drawn and no script is loading."""
        self.page.wait_for_load_state("networkidle")

    def wait_until_created(self) -> None:
        """Wait until a new page has been saved by itself for the first time, as it is as soon as it has a title."""
        self.page.wait_for_url(lambda address: "/pages/add/" not in address)

    def click(self, target: Locator) -> None:
        """Click and count it."""
        target.click()
        self.clicks += 1

    # --- Fields -----------------------------------------------------------------------------------

    def panel(self, name: str) -> Locator:
        """The panel with this heading."""
        return self.page.get_by_role("region", name=label(name)).first

    def fill(self, scope: Locator, values: dict[str, str]) -> None:
        """Type into fields by their labels."""
        for name, value in values.items():
            field = scope.get_by_role("textbox", name=label(name)).or_(
                scope.get_by_role("spinbutton", name=label(name))
            )
            is_date = field.first.evaluate("field => Boolean(jQuery(field).data('xdsoft_datetimepicker'))")
            if is_date:
                field.first.click()
                expect(self.page.locator(".xdsoft_datetimepicker:visible")).to_have_count(1)
            field.first.fill(value)
            if is_date:
                field.first.blur()
                expect(self.page.locator(".xdsoft_datetimepicker:visible")).to_have_count(0)

    def select(self, scope: Locator, name: str, option: str) -> None:
        """Choose from a drop-down list."""
        scope.get_by_role("combobox", name=label(name)).first.select_option(label=option)

    def write(self, scope: Locator, text: str) -> Locator:
        """Type into the first rich text of ``scope``; return it."""
        field = scope.locator(".public-DraftEditor-content").first
        self.click(field)
        self.page.keyboard.type(text)
        around = field.locator("xpath=ancestor::*[contains(@class, 'w-field__input')][1]")
        expect(around.locator("input[type=hidden]").first).to_have_value(re.compile(re.escape(text[-20:])))
        return field

    # --- Blocks -----------------------------------------------------------------------------------

    def blocks(self, stream: Locator) -> Locator:
        """The blocks of a stream, without those within them."""
        return stream.locator(f"{CHILD}:not([data-streamfield-child] {CHILD})")

    def move_up(self, block: Locator) -> None:
        """Move a block or an item before the one above it."""
        self.click(block.get_by_role("button", name="Move up", exact=True).first)

    def remove(self, block: Locator) -> None:
        """Remove a block or an item."""
        self.click(block.get_by_role("button", name="Delete", exact=True).first)

    def add_block(self, stream: Locator, name: str) -> Locator:
        """Add a block at the end of a stream; return it."""
        blocks = self.blocks(stream)
        before = blocks.count()
        self.click(stream.get_by_role("button", name="Insert a block", exact=True).last)
        self.click(self.page.get_by_role("option", name=name, exact=True))
        expect(blocks).to_have_count(before + 1)
        return self.page.locator(f'{CHILD}[data-contentpath="{blocks.last.get_attribute("data-contentpath")}"]')

    def remove_all(self, stream: Locator) -> int:
        """Remove every block of a stream; return how many there were."""
        blocks = self.blocks(stream)
        before = blocks.count()
        for left in reversed(range(before)):
            blocks.first.get_by_role("button", name="Delete", exact=True).first.click()
            expect(blocks).to_have_count(left)
        return before

    def items(self, block: Locator) -> Locator:
        """The items of the block's list."""
        return block.locator(f"[data-streamfield-list-container] > {CHILD}")

    def item(self, block: Locator, number: int) -> Locator:
        """The item at a place of the block's list, counted from 0; added at the end when there are fewer."""
        items = self.items(block)
        while items.count() <= number:
            count = items.count()
            self.click(block.get_by_role("button", name="Add", exact=True).last)
            expect(items).to_have_count(count + 1)
        return items.nth(number)

    # --- Choosers ---------------------------------------------------------------------------------

    def choose(self, scope: Locator, button: str, title: str) -> None:
        """Open a chooser by its button, search for a title where it offers a search, and take it."""
        self.click(scope.get_by_role("button", name=button).first)
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_role("heading", level=1)).to_be_visible()
        found = dialog.get_by_role("link", name=re.compile(re.escape(title)))
        search = dialog.get_by_role("textbox", name="Search term")
        if search.count():
            # Results take the place of what is listed; a click on what is about to leave would choose nothing.
            dialog.evaluate("dialog => dialog.querySelectorAll('a').forEach(link => link.dataset.before = '')")
            found = found.and_(dialog.locator("a:not([data-before])"))
            search.fill(title)
        self.click(found.first)
        expect(dialog).to_have_count(0)

    # --- Saving -----------------------------------------------------------------------------------

    def save(self) -> None:
        """Save a draft; wait for the answer."""
        self.wait_until_created()
        self.click(self.page.get_by_role("button", name="Save draft"))
        self.page.locator(".messages li").first.wait_for()
        self.wait_until_ready()

    def act(self, name: str) -> None:
        """Do one of the actions behind the arrow beside “Save draft”."""
        self.wait_until_created()
        footer = self.page.get_by_role("navigation", name="Actions (footer)")
        self.click(footer.get_by_role("button", name="More actions"))
        self.click(footer.get_by_role("button", name=name))

    @property
    def messages(self) -> Locator:
        """What the admin says after an action."""
        return self.page.locator(".messages")

    def preview(self):
        """Open the preview beside the editor; return its frame."""
        panel = self.page.locator("iframe[title=Preview]")
        if not panel.is_visible():
            self.click(self.page.get_by_role("button", name="Toggle preview"))
        return self.page.frame_locator("iframe[title=Preview]").last
