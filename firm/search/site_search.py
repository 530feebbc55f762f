"""The site's search: all public pages, excerpts with the words found, and spelling corrections."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from rapidfuzz import fuzz, process
from wagtail.models import Page

from firm.models import PageText, Word
from firm.pages.article import plain_text, readable
from firm.search.fulltext_index import matching, stem_pattern

MAX_QUERY = 100
MAX_WORDS = 8
EXCERPT = 220
#: The maximum number of results.
MOST = 200
#: Up to so many results are also ranked by how often they contain the words.
RANKED = 60
#: The similarity (0 to 100) from which a word is a correction; determined with the demo's vocabulary.
CLOSE_ENOUGH = 74
_WORD = re.compile(r"[^\W\d_]{4,40}")


def clean_query(text: str) -> str:
    """Return the query in one line: no control characters, at most 100 characters."""
    text = unicodedata.normalize("NFKC", text[: MAX_QUERY * 4])
    text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())[:MAX_QUERY]


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())[:MAX_WORDS]


@dataclass
class Results:
    """The pages found, and the corrected spelling if one was used."""

    query: str
    matches: list[int] = field(default_factory=list)
    corrected: str = ""

    @property
    def searched(self) -> str:
        return self.corrected or self.query

    @property
    def is_cut(self) -> bool:
        """Whether there may be more pages than those returned."""
        return len(self.matches) >= MOST


def find(query: str, root: Page) -> Results:
    """Search the public pages below ``root`` for all words of ``query``; without results, try corrected spellings."""
    results = Results(query)
    words = words_of(query)
    if not words:
        return results
    results.matches = _ranked(words, root)
    if not results.matches:
        nearer = corrections(words)
        matches = _ranked(nearer, root) if nearer != words else []
        if matches:
            results.matches, results.corrected = matches, " ".join(nearer)
    return results


def _ranked(words: list[str], root: Page) -> list[int]:
    """Return the ids of the pages with all words, the best first."""
    tiers = matching(words, root, MOST)
    if len(tiers) > RANKED:
        return list(tiers)
    pattern = stem_pattern(words)
    texts = {text.pk: text.words for text in PageText.objects.filter(pk__in=tiers)} if len(tiers) > 1 else {}
    often = {number: len(pattern.findall(text)) / (200 + len(text)) for number, text in texts.items()}
    return sorted(tiers, key=lambda number: (tiers[number], -often.get(number, 0)))


def corrections(words: list[str]) -> list[str]:
    """Return the words; each one that occurs nowhere on the site is replaced by the most similar that does."""
    known = set(Word.objects.filter(text__in=words).values_list("text", flat=True))
    unknown = [word for word in words if word not in known and len(word) >= 4]
    if not unknown:
        return words
    vocabulary = _vocabulary(Word.objects.order_by("pk").values_list("pk", "text").last())
    nearest = {
        word: process.extractOne(word, vocabulary, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH) for word in unknown
    }
    return [nearest[word][0] if nearest.get(word) else word for word in words]


@lru_cache(maxsize=1)
def _vocabulary(newest: tuple[int, str] | None) -> list[str]:
    """Return the site's words, cached in the process until there is a newer one."""
    return list(Word.objects.values_list("text", flat=True)) if newest else []


def note_page(page) -> None:
    """Index the text of a published page of its specific type, or remove it if it is not listed."""
    if getattr(page, "is_in_sitemap", True):
        note_pages([page])
    else:
        forget_page(page)


def note_pages(pages: list) -> None:
    """Index the text of published, listed pages in a few statements."""
    texts = [_text_of(page) for page in pages]
    PageText.objects.bulk_create(
        texts, update_conflicts=True, unique_fields=["page"], update_fields=["title", "summary", "text"]
    )
    found = {word for text in texts for word in _WORD.findall(text.words.lower())}
    known = set(Word.objects.filter(text__in=found).values_list("text", flat=True))
    Word.objects.bulk_create([Word(text=word) for word in sorted(found - known)], ignore_conflicts=True)


def _text_of(page) -> PageText:
    summary = getattr(page, "summary_text", "") or page.search_description
    parts = [plain_text(stream) for stream in getattr(page, "streams", [])]
    body = getattr(page, "body", "")
    if isinstance(body, str):
        parts.append(readable(body))
    text = " ".join(part for part in parts if part)
    return PageText(page_id=page.pk, title=page.title, summary=summary, text=text)


def forget_page(page) -> None:
    PageText.objects.filter(page_id=page.pk).delete()


def excerpt(text: str, words: list[str], length: int = EXCERPT) -> str:
    """Return about ``length`` characters of ``text`` around the first match; from the start without one."""
    text = " ".join(text.split())
    found = stem_pattern(words).search(text) if words else None
    if found is None or found.start() < length * 0.6:
        start = 0
    else:
        start = text.rfind(" ", 0, max(0, found.start() - length // 3)) + 1
    cut = text[start : start + length]
    if start + length < len(text):
        cut = cut.rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
    return ("…" if start else "") + cut


def highlight(text: str, words: list[str]) -> SafeString:
    """Return ``text`` escaped, with matches in ``<mark>``."""
    if not words:
        return mark_safe(escape(text))
    parts, end = [], 0
    for match in stem_pattern(words).finditer(text):
        parts += [escape(text[end : match.start()]), "<mark>", escape(match.group()), "</mark>"]
        end = match.end()
    return mark_safe("".join([*parts, escape(text[end:])]))
