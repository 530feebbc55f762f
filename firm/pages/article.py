"""A text's table of contents, reading time and footnotes: pure functions and counters."""

import json
import math
import re
from dataclasses import dataclass, field
from html import unescape

from django.utils.text import slugify

WORDS_PER_MINUTE = 220
#: The ids that the templates use themselves.
FRAME_IDS = ("main", "contents", "notes", "closing-call", "background", "biography", "matters", "related")
_TAG_BOUNDARY = re.compile(r"<(/p|/li|/h[1-6]|/blockquote|[bh]r ?/?)>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


class Anchors:
    """Unique heading ids for one page: the text as a slug, numbered when it recurs."""

    def __init__(self) -> None:
        self._taken: set[str] = set(FRAME_IDS)

    def take(self, text: str) -> str:
        slug = slugify(text)[:60].strip("-") or "section"
        anchor, number = slug, 1
        while anchor in self._taken:
            number += 1
            anchor = f"{slug}-{number}"
        self._taken.add(anchor)
        return anchor


@dataclass
class Heading:
    """An entry of the table of contents, with the sub-sections below it."""

    text: str
    anchor: str
    children: list["Heading"] = field(default_factory=list)


def contents(stream) -> list[Heading]:
    """Return the outline of a stream's heading blocks, with the ids that rendering gives them."""
    anchors = Anchors()
    outline: list[Heading] = []
    for block in stream:
        if block.block_type != "heading":
            continue
        heading = Heading(block.value["text"], anchors.take(block.value["text"]))
        if block.value["level"] == "h3" and outline:
            outline[-1].children.append(heading)
        else:
            outline.append(heading)
    return outline


def plain_text(stream) -> str:
    """Return all words of a stream, blocks separated by a space. Wagtail renders a missing field as “None”."""
    parts = [part for part in stream.stream_block.get_searchable_content(stream) if part != "None"]
    return " ".join(" ".join(parts).split())


def is_footnoted(stream) -> bool:
    """Whether any stored text of the stream refers to a footnote."""
    return "<footnote" in json.dumps(list(stream.raw_data))


def readable(html) -> str:
    """Return stored rich text as plain text, with words of adjacent elements separated.

    The editor's mark-up is well formed, so regular expressions suffice and are faster than a parser.
    """
    return unescape(_TAG.sub("", _TAG_BOUNDARY.sub(r" <\1>", str(html))))


def reading_minutes(text: str) -> int:
    """Return an adult's reading time for ``text`` in whole minutes, at least one."""
    return max(1, math.ceil(len(text.split()) / WORDS_PER_MINUTE))


@dataclass
class Footnote:
    """An entry of the footnote list, with the number of references to it."""

    number: int
    html: str = ""
    citation: dict | None = None
    references: int = 0

    @property
    def back_links(self) -> list[str]:
        return [f"ref-{self.number}-{index}" for index in range(1, self.references + 1)]


@dataclass(frozen=True)
class Mark:
    """A reference to a footnote: the number shown, its own id and the id it links to."""

    number: int
    anchor: str
    target: str


class Footnotes:
    """Numbers the footnotes of one page in the order of their first reference."""

    def __init__(self, texts: dict[str, str] | None = None) -> None:
        """``texts``: the footnotes by id; those without a reference are not listed."""
        self._texts = texts or {}
        self._by_key: dict[str, Footnote] = {}
        self.entries: list[Footnote] = []

    def __iter__(self):
        return iter(self.entries)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def refer_to(self, key: str) -> Mark | None:
        """Return the mark for a reference to the footnote ``key``, or None when there is no such footnote."""
        if key not in self._texts:
            return None
        if key not in self._by_key:
            self._by_key[key] = self._add(html=self._texts[key])
        return self._mark(self._by_key[key])

    def cite(self, citation: dict) -> Mark:
        """Return the mark for a citation (``source``, ``url``, ``accessed``); equal sources share a footnote."""
        key = f"citation:{citation['source']}:{citation.get('url')}"
        if key not in self._by_key:
            self._by_key[key] = self._add(citation=citation)
        return self._mark(self._by_key[key])

    def _add(self, **what) -> Footnote:
        footnote = Footnote(number=len(self.entries) + 1, **what)
        self.entries.append(footnote)
        return footnote

    @staticmethod
    def _mark(footnote: Footnote) -> Mark:
        footnote.references += 1
        return Mark(footnote.number, f"ref-{footnote.number}-{footnote.references}", f"note-{footnote.number}")
