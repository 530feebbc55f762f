"""Drives the staff's page editor by what an editor sees: names of sections, labels of fields, words on buttons."""

import re

from playwright.sync_api import Locator, Page, expect


def label(text: str) -> re.Pattern:
    """Match the accessible name of a field, with or without the star of a required one."""
    return re.compile(rf"^\s*{re.escape(text)}\s*\*?\s*$")


class PageEditor:
    """The editor that is open in ``page``. It counts its clicks on buttons and links."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the panels are drawn and no script is loading."""
        self.page.wait_for_load_state("networkidle")

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
            field.first.fill(value)
            if self.page.locator(".xdsoft_datetimepicker:visible").count():
                field.first.press("Tab")
                expect(self.page.locator(".xdsoft_datetimepicker:visible")).to_have_count(0)

    def select(self, scope: Locator, name: str, option: str) -> None:
        """Choose from a drop-down list."""
        scope.get_by_role("combobox", name=label(name)).first.select_option(label=option)

    def write(self, scope: Locator, text: str) -> Locator:
        """Type into the first rich text of ``scope``; return it."""
        field = scope.locator(".public-DraftEditor-content").first
        self.click(field)
        self.page.keyboard.type(text)
        expect(field).to_contain_text(text[-20:])
        return field

    # --- Blocks -----------------------------------------------------------------------------------

    def add_block(self, stream: Locator, name: str) -> Locator:
        """Add a block at the end of a stream; return it."""
        before = stream.get_by_role("region", name=name, exact=True).count()
        self.click(stream.get_by_role("button", name="Insert a block", exact=True).last)
        self.click(self.page.get_by_role("option", name=name, exact=True))
        added = stream.get_by_role("region", name=name, exact=True)
        expect(added).to_have_count(before + 1)
        return self._fixed(added.last)

    def remove_all(self, stream: Locator) -> int:
        """Remove every block of a stream; return how many there were."""
        removed = 0
        while (remove := stream.get_by_role("button", name="Delete", exact=True)).count():
            remove.first.click()
            removed += 1
        return removed

    def items(self, block: Locator) -> Locator:
        """The items of the block's list."""
        return block.locator("[data-streamfield-list-container] > [data-streamfield-child]:not([aria-hidden])")

    def item(self, block: Locator, number: int) -> Locator:
        """The item at a place of the block's list, counted from 0; added at the end when there are fewer."""
        items = self.items(block)
        while items.count() <= number:
            count = items.count()
            self.click(block.get_by_role("button", name="Add", exact=True).last)
            expect(items).to_have_count(count + 1)
        return items.nth(number)

    def _fixed(self, region: Locator) -> Locator:
        """The same region by its id: its name changes with what is typed."""
        return self.page.locator(f'[id="{region.get_attribute("id")}"]')

    # --- Choosers ---------------------------------------------------------------------------------

    def choose(self, scope: Locator, button: str, title: str) -> None:
        """Open a chooser by its button, search for a title, and take it."""
        self.click(scope.get_by_role("button", name=button).first)
        dialog = self.page.get_by_role("dialog")
        search = dialog.get_by_role("textbox", name="Search term")
        expect(search).to_be_visible()
        with self.page.expect_response(lambda response: "/choos" in response.url):
            search.fill(title)
            search.press("Enter")
        self.click(dialog.get_by_role("link", name=re.compile(re.escape(title))).first)
        expect(dialog).to_have_count(0)

    # --- Saving -----------------------------------------------------------------------------------

    def save(self) -> None:
        """Save a draft; wait for the answer."""
        self.click(self.page.get_by_role("button", name="Save draft"))
        self.page.locator(".messages li").first.wait_for()
        self.wait_until_ready()

    def act(self, name: str) -> None:
        """Do one of the actions behind the arrow beside “Save draft”."""
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
