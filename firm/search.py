"""The site's search: all public pages, excerpts with the words found, and other spellings when nothing is found."""

import re
import unicodedata
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from rapidfuzz import fuzz, process
from wagtail.models import Page

from firm.models import PageText, Word
from firm.reading import plain_text, readable

MAX_QUERY = 100
MAX_WORDS = 8
EXCERPT = 220
#: Two spellings this close (0 to 100) count as the same word mistyped; found by trying on the demo's vocabulary.
CLOSE_ENOUGH = 74
_WORD = re.compile(r"[^\W\d_]{4,40}")


def clean_query(text: str) -> str:
    """Return the visitor's words in one line: no control characters, at most 100 characters."""
    text = unicodedata.normalize("NFKC", text[: MAX_QUERY * 4])
    text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())[:MAX_QUERY]


def words_of(text: str) -> list[str]:
    """Return the words of a query that can be looked for, in lower case."""
    return re.findall(r"\w+", text.lower())[:MAX_WORDS]


@dataclass
class Results:
    """The outcome of a search: the pages, and the spelling that was looked for instead when it had to be changed."""

    query: str
    matches: list | object = field(default_factory=list)
    corrected: str = ""

    @property
    def searched(self) -> str:
        """What was looked for in the end."""
        return self.corrected or self.query


def find(query: str, root: Page) -> Results:
    """Look for all words of ``query`` in the public pages below ``root``; try near spellings when there are none."""
    results = Results(query)
    words = words_of(query)
    if not words:
        return results
    listed = PageText.objects.values("page_id")
    pages = Page.objects.live().public().descendant_of(root, inclusive=True).filter(pk__in=listed)
    results.matches = _matches(pages, words)
    if len(results.matches):
        return results
    nearer = corrections(words)
    if nearer != words:
        matches = _matches(pages, nearer)
        if len(matches):
            results.matches, results.corrected = matches, " ".join(nearer)
    return results


def _matches(pages, words: list[str]):
    return pages.search(" ".join(words), operator="and", order_by_relevance=True)


def corrections(words: list[str]) -> list[str]:
    """Return the words, each one that occurs nowhere on the site replaced by the nearest that does."""
    known = set(Word.objects.filter(text__in=words).values_list("text", flat=True))
    unknown = [word for word in words if word not in known and len(word) >= 4]
    if not unknown:
        return words
    vocabulary = list(Word.objects.values_list("text", flat=True))
    nearest = {
        word: process.extractOne(word, vocabulary, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH) for word in unknown
    }
    return [nearest[word][0] if nearest.get(word) else word for word in words]


def note_page(page) -> None:
    """Keep what can be read of a published page, and so let it be found; ``page`` is of its own type.

    A page that asks not to be listed (an attorney who has left) is not found.
    """
    if not getattr(page, "is_in_sitemap", True):
        forget_page(page)
        return
    summary = getattr(page, "summary_text", "") or page.search_description
    parts = [plain_text(stream) for stream in getattr(page, "streams", [])]
    body = getattr(page, "body", "")
    if isinstance(body, str):
        parts.append(readable(body))
    text = " ".join(part for part in parts if part)
    PageText.objects.update_or_create(page_id=page.pk, defaults={"summary": summary, "text": text})
    found = set(_WORD.findall(f"{page.title} {summary} {text}".lower()))
    Word.objects.bulk_create([Word(text=word) for word in sorted(found)], ignore_conflicts=True)


def forget_page(page) -> None:
    """Drop what was kept of a page that is no longer published."""
    PageText.objects.filter(page_id=page.pk).delete()


def excerpt(text: str, words: list[str], length: int = EXCERPT) -> str:
    """Return about ``length`` characters of ``text`` around the first of the words; from the start without any."""
    text = " ".join(text.split())
    found = _pattern(words).search(text) if words else None
    if found is None or found.start() < length * 0.6:
        start = 0
    else:
        start = text.rfind(" ", 0, max(0, found.start() - length // 3)) + 1
    cut = text[start : start + length]
    if start + length < len(text):
        cut = cut.rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
    return ("…" if start else "") + cut


def highlight(text: str, words: list[str]) -> SafeString:
    """Return ``text`` escaped, with the words found in ``<mark>``."""
    if not words:
        return mark_safe(escape(text))
    parts, end = [], 0
    for match in _pattern(words).finditer(text):
        parts += [escape(text[end : match.start()]), "<mark>", escape(match.group()), "</mark>"]
        end = match.end()
    return mark_safe("".join([*parts, escape(text[end:])]))


def _pattern(words: list[str]) -> re.Pattern:
    """Words that begin with one of ``words``: the index stems, so “sentence” also finds “sentences”."""
    stems = sorted({re.escape(word) for word in words}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(stems)})\w{{0,4}}", re.IGNORECASE)
