"""The entries of the sitemap: one query for each type of page, none for a page."""

from dataclasses import dataclass
from datetime import datetime

from wagtail.models import Page, get_page_models

from firm.chrome import Chrome
from firm.models.base import BasePage

MAX_ENTRIES = 50_000


@dataclass(frozen=True)
class Entry:
    """An address and when its page last changed."""

    location: str
    last_modified: datetime | None


def sitemap_entries(request, chrome: Chrome) -> list[Entry]:
    """Return the addresses of all public pages that may be indexed, at most 50,000 (the protocol's limit)."""
    entries = []
    for model in get_page_models():
        if issubclass(model, BasePage) and chrome.site:
            pages = model.objects.visible().descendant_of(chrome.site.root_page, inclusive=True).order_by("path")
            entries += [_entry(page, request, chrome) for page in pages.defer_streamfields() if _is_listed(page)]
    return entries[:MAX_ENTRIES]


def _is_listed(page: BasePage) -> bool:
    return page.is_in_sitemap and page.is_indexed


def _entry(page: Page, request, chrome: Chrome) -> Entry:
    return Entry(chrome.root_url + (page.get_url(request) or "/"), page.last_published_at)
