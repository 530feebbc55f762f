"""Prefetches what StreamFields refer to: one query for all images, one for all pages, for any number of blocks.

Wagtail fetches references per block type: a home page with ten sections would cost ten queries. `resolve` walks the
stored values, fetches each model once, and evaluates the streams with the result.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy

from django.db.models import Model
from wagtail.blocks import (
    ListBlock,
    PageChooserBlock,
    RichTextBlock,
    StreamBlock,
    StreamValue,
    StructBlock,
)
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler
from wagtail.snippets.blocks import SnippetChooserBlock

from firm.page_cache.state import recall

Fetched = dict[type[Model], dict[int, Model]]
_fetched: ContextVar[Fetched | None] = ContextVar("fetched", default=None)
_rendering: ContextVar[Fetched | None] = ContextVar("rendering", default=None)
_LINK = re.compile(r"<a\b[^>]*\blinktype=\"(page|document)\"[^>]*>")
_ID = re.compile(r"\bid=\"(\d{1,18})\"")


class FetchedTogether:
    """Mixin of choosers: takes objects from the prefetch of `resolve`, else from Wagtail's own query."""

    def bulk_to_python(self, values):
        """Return the objects in the order of ``values``, None for a deleted one."""
        fetched = _fetched.get()
        if fetched is None or (self.model_class not in fetched and any(values)):
            return super().bulk_to_python(values)
        found = fetched.get(self.model_class, {})
        return [copy(found[value]) if value in found else None for value in values]


class FetchedImageChooserBlock(FetchedTogether, ImageChooserBlock):
    """An image chooser with prefetch."""


class FetchedDocumentChooserBlock(FetchedTogether, DocumentChooserBlock):
    """A document chooser with prefetch."""


class FetchedSnippetChooserBlock(FetchedTogether, SnippetChooserBlock):
    """A snippet chooser with prefetch."""


class FetchedPageChooserBlock(FetchedTogether, PageChooserBlock):
    """A page chooser with prefetch. The values are plain `Page` objects, whatever type may be chosen."""

    target_model = Page


class FetchedLinks:
    """Mixin of link handlers: takes link targets from the prefetch of `resolve` instead of a query per text."""

    @classmethod
    def get_many(cls, attrs_list):
        """Return the objects in the order of the links; Wagtail leaves out the ``href`` of a deleted one."""
        fetched = _rendering.get()
        if fetched is None:
            return super().get_many(attrs_list)
        found = {str(pk): item for pk, item in fetched.get(cls.get_model(), {}).items()}
        return [found.get(attrs.get("id")) for attrs in attrs_list]


class FetchedPageLinkHandler(FetchedLinks, PageLinkHandler):
    """Links to pages within rich text."""


class FetchedDocumentLinkHandler(FetchedLinks, DocumentLinkHandler):
    """Links to documents within rich text."""


class FetchedImageBlock(ImageBlock):
    """Wagtail's image with alternative text, with prefetch."""

    def __init__(self, required=True, **kwargs):
        super().__init__(required=required, **kwargs)
        chooser = FetchedImageChooserBlock(required=required)
        chooser.set_name("image")
        self.child_blocks["image"] = chooser

    class Meta:
        label_format = "{alt_text}"


def references(block, raw, role: str = "") -> Iterator[tuple[type[Model], int, str]]:
    """Yield what the stored value ``raw`` of ``block`` refers to, as ``(model, id, role of an image)``.

    An image's role is the ``image_role`` in the Meta of the nearest block around it. Unknown shapes are ignored.
    """
    if raw is None:
        return
    role = getattr(block.meta, "image_role", role)
    if isinstance(block, FetchedTogether):
        if isinstance(raw, int):
            yield block.model_class, raw, role
    elif isinstance(block, RichTextBlock):
        yield from ((model, pk, role) for model, pk in links(raw))
    elif isinstance(block, ImageBlock) and isinstance(raw, int):
        yield from references(block.child_blocks["image"], raw, role)
    else:
        for child, value in _children(block, raw):
            yield from references(child, value, role)


def links(html) -> Iterator[tuple[type[Model], int]]:
    """Yield the pages and documents that stored rich text links to, as ``(model, id)``."""
    for link in _LINK.finditer(html if isinstance(html, str) else ""):
        if match := _ID.search(link.group()):
            yield (Page if link.group(1) == "page" else get_document_model()), int(match.group(1))


def _children(block, raw) -> Iterator[tuple]:
    """Yield the child blocks of a container with their stored values."""
    if isinstance(block, StreamBlock):
        for child in raw:
            if child["type"] in block.child_blocks:
                yield block.child_blocks[child["type"]], child["value"]
    elif isinstance(block, StructBlock):
        for name, child in block.child_blocks.items():
            yield child, raw.get(name)
    elif isinstance(block, ListBlock):
        for item in raw:
            is_wrapped = isinstance(item, dict) and item.get("type") == "item" and "value" in item
            yield block.child_block, item["value"] if is_wrapped else item


def images_in(streams: Iterable[StreamValue]) -> set[tuple[int, str]]:
    """Return ``(image id, role)`` for every image that the streams show."""
    image_model = get_image_model()
    return {
        (pk, role)
        for stream in streams
        for model, pk, role in references(stream.stream_block, list(stream.raw_data))
        if model is image_model and role
    }


def fetch(found: dict[type[Model], set[int]], request=None) -> Fetched:
    """Fetch the objects by model, without pages that are not live, so that nothing links to them.

    Of a small model (``is_few``) all objects are fetched, and cached until public content changes.
    """
    fetched: Fetched = {}
    for model, ids in found.items():
        if request is not None and getattr(model, "is_few", False):
            fetched[model] = recall(request, model, model.objects.in_bulk)
        else:
            objects = model.objects.live() if issubclass(model, Page) else model.objects.all()
            fetched[model] = {item.pk: item for item in objects.filter(pk__in=ids)}
    return fetched


@contextmanager
def rendering(fetched: Fetched | None) -> Iterator[None]:
    """Within the block, links in rich text are resolved from ``fetched``."""
    token = _rendering.set(fetched)
    try:
        yield
    finally:
        _rendering.reset(token)


def resolve(streams: Iterable[StreamValue], texts: Iterable[str] = (), request=None) -> Fetched:
    """Evaluate the streams with one query for each model that they refer to; return what was fetched.

    ``texts`` is rich text outside of the streams. With the request, the URLs of linked pages cost no query for the
    site's root.
    """
    streams = [stream for stream in streams if stream]
    found: dict[type[Model], set[int]] = defaultdict(set)
    for stream in streams:
        for model, pk, _ in references(stream.stream_block, list(stream.raw_data)):
            found[model].add(pk)
    for text in texts:
        for model, pk in links(text):
            found[model].add(pk)
    fetched = fetch(found, request)
    roots = getattr(request, "_wagtail_cached_site_root_paths", None)
    for page in fetched.get(Page, {}).values() if roots else ():
        page._wagtail_cached_site_root_paths = roots
    token = _fetched.set(fetched)
    try:
        for stream in streams:
            for child in stream:
                _ = child.value
    finally:
        _fetched.reset(token)
    return fetched
