"""The sitemap (sitemaps.org protocol 0.9): one file for a small site, an index of parts for a large one.

A part holds the pages of a range of ids: a page never moves to another part, no part exceeds the protocol's limit, and
finding a part needs no count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from wagtail.models import Page, get_page_models

from firm.models.base import BasePage
from firm.pages.site_context import SiteContext
from firm.querysets import in_private_section

#: URLs in a part; the protocol allows 50,000.
PART = 10_000
CHUNK = 500
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
TAIL = "</urlset>\n"


@dataclass(frozen=True)
class Entry:
    """A URL and when its page last changed."""

    location: str
    last_modified: datetime | None

    @property
    def xml(self) -> str:
        changed = (
            f"<lastmod>{timezone.localtime(self.last_modified).isoformat()}</lastmod>" if self.last_modified else ""
        )
        return f"<url><loc>{escape(self.location)}</loc>{changed}</url>\n"


def part_count() -> int:
    last = Page.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    return last // PART + 1


def sitemap_index(site_context: SiteContext, parts: int) -> str:
    locations = [f"{site_context.root_url}/sitemap-{number}.xml" for number in range(1, parts + 1)]
    return render_to_string("firm/sitemap_index.xml", {"locations": locations})


def sitemap_part(site_context: SiteContext, number: int) -> Iterator[str]:
    """Yield one part, numbered from 1, in chunks: only a few pages are in memory at a time."""
    yield HEAD
    lines: list[str] = []
    for entry in _entries(site_context, range((number - 1) * PART, number * PART)):
        lines.append(entry.xml)
        if len(lines) == CHUNK:
            yield "".join(lines)
            lines.clear()
    yield "".join(lines) + TAIL


def _entries(site_context: SiteContext, numbers: range) -> Iterator[Entry]:
    if site_context.site is None:
        return
    root = site_context.site.root_page
    pages = _within(Page.objects.live().exclude(in_private_section()).descendant_of(root, inclusive=True), numbers)
    listed = [model for model in get_page_models() if issubclass(model, BasePage)]
    unlisted = {page.pk for model in listed for page in _choosy(model, numbers) if not _is_listed(page)}
    types = {model._meta.label_lower for model in listed if model.is_in_sitemap and model.is_indexed}
    rows = pages.order_by("pk").values_list(
        "pk", "url_path", "last_published_at", "content_type__app_label", "content_type__model"
    )
    for pk, path, changed, app, model in rows.iterator(chunk_size=CHUNK):
        if f"{app}.{model}" in types and pk not in unlisted:
            yield Entry(site_context.root_url + path[len(root.url_path) - 1 :], changed)


def _choosy(model, numbers: range):
    """The pages of a type that decides per page whether it is listed; empty for any other type."""
    if isinstance(model.is_in_sitemap, bool) and isinstance(model.is_indexed, bool):
        return ()
    return _within(model.objects.live().defer_streamfields(), numbers).iterator(chunk_size=CHUNK)


def _within(pages, numbers: range):
    return pages.filter(pk__gte=numbers.start, pk__lt=numbers.stop)


def _is_listed(page: BasePage) -> bool:
    return page.is_in_sitemap and page.is_indexed
