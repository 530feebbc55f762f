"""Finds requests that may be about the same person: by number and address exactly, by name nearly.

Nothing is opened but the names of at most `OPENED` candidates, which the blind index picks. Every step asks the index
for the newest few rows of a digest or two, so it takes as long among a thousand requests as among a million.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, product

from django.db.models import Exists, OuterRef, Value
from rapidfuzz.distance import JaroWinkler

from consultations.models import ConsultationRequest, RequestEntry
from consultations.models.search import EMAIL, NAME, PHONE
from consultations.permissions import visible_to
from firm.encryption.blind_index import digests_for_lookup, normalise_email, normalise_phone, query_words

#: As many are shown, and so many candidates are opened at most.
SHOWN, OPENED = 10, 200
#: As many candidates are taken from one step: a shared number or a common name must not crowd out the rest.
PER_STEP = 50
#: Words of names this alike, of 100 (Jaro-Winkler), are taken for the same one misspelt or misheard. Of pairs that are:
#: "Smith/Smyth" 89, "Steven/Stephen" 89, "Mark/Marc" 88, "Jon/John" 93, "Catherine/Katherine" 93, "Mohammed/Muhammad"
#: 85. Of pairs that are not: "Doe/Roe" 78, "Jones/James" 76, "David/Daniel" 76, "Jane/John" 67.
ALIKE = 85
#: Letters by which a misspelt name is still looked up, when all of its words begin so.
BEGINNINGS = (3, 2)
#: More words of one name are not looked up; the longest tell the most.
WORDS = 3
SAME_PHONE, SAME_EMAIL = "Same telephone number", "Same e-mail address"
SAME_NAME, SIMILAR_NAME = "Same name", "Similar name"


@dataclass(frozen=True)
class Duplicate:
    """A request that may be about the same person, and why."""

    request: ConsultationRequest
    reasons: tuple[str, ...]


def likely_duplicates(request: ConsultationRequest, user) -> list[Duplicate]:
    """Return at most `SHOWN` others that ``user`` may see, newest first.

    Those with the same number or address come before those with a like name when there are more.
    """
    names = _names(request)
    exactly = [(PHONE, [normalise_phone(request.phone)]), (EMAIL, [normalise_email(request.email)])]
    by_phone, by_email, *like = _newest(request, [*exactly, *((NAME, words) for words in _ways_to_find(names))])
    exact = {*by_phone, *by_email}
    likely = list(dict.fromkeys([*sorted(exact, reverse=True), *chain(*like)]))[:OPENED]
    if not likely:
        return []
    fields = ("reference", "submitted_at", "status", "full_name", "person_in_need", "row_uuid")
    found = []
    for other in visible_to(user).filter(pk__in=likely).only(*fields):
        alike = _likeness(names, _names(other))
        reasons = (
            *([SAME_PHONE] if other.pk in by_phone else []),
            *([SAME_EMAIL] if other.pk in by_email else []),
            *([alike] if alike else []),
        )
        if reasons:
            found.append(Duplicate(other, reasons))
    found.sort(key=_age, reverse=True)
    found.sort(key=lambda one: one.request.pk not in exact)
    return sorted(found[:SHOWN], key=_age, reverse=True)


def similarity(first: str, second: str) -> float:
    """Return how alike two names are, from 0 to 100: as the least alike of their words, in any order.

    Words that only one of the names has, such as a middle name, do not count; yet one word is no short form of two.
    Numbers must be equal.
    """
    shorter, longer = sorted((query_words(first), query_words(second)), key=len)
    if not shorter or len(shorter) == 1 < len(longer) or _numbers(shorter) != _numbers(longer):
        return 0
    left, least = sorted(longer), 100.0
    for word in sorted(shorter, key=lambda word: (word not in longer, -len(word), word)):
        scores = [100 * JaroWinkler.normalized_similarity(word, other) for other in left]
        least = min(least, max(scores))
        left.pop(scores.index(max(scores)))
    return least


def _age(one: Duplicate) -> tuple:
    return one.request.submitted_at, one.request.pk


def _numbers(words: Iterable[str]) -> set[str]:
    return {word for word in words if any(letter.isdigit() for letter in word)}


def _names(request: ConsultationRequest) -> list[str]:
    """Return who is named in a request: the sender, and the person in need."""
    return [name for name in (request.full_name, request.person_in_need) if name]


def _likeness(names: Iterable[str], others: Iterable[str]) -> str:
    """Return how a name of the one and a name of the other agree, in words; empty when they do not."""
    best = max((similarity(name, other) for name, other in product(names, others)), default=0)
    if best == 100:
        return SAME_NAME
    return SIMILAR_NAME if best >= ALIKE else ""


# --- Candidates, by digest ------------------------------------------------------------------------


def _ways_to_find(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the words to look for, the most telling first: all words, all beginnings, then any one whole word."""
    steps = []
    for name in names:
        words = sorted(query_words(name), key=_telling)[:WORDS]
        steps.append((0, words))
        steps += [(rank, _beginnings(words, length)) for rank, length in enumerate(BEGINNINGS, start=1)]
        steps += [(9, [word]) for word in words if len(word) > 1]
    for _, words in sorted(dict.fromkeys((rank, tuple(words)) for rank, words in steps), key=lambda step: step[0]):
        yield words


def _telling(word: str) -> tuple:
    """Sort the words first that few names have, numbers, then long ones: the first one's rows are gone through."""
    return not _numbers([word]), -len(word), word


def _beginnings(words: Iterable[str], length: int) -> list[str]:
    return list(dict.fromkeys(word[:length] for word in words))


def _newest(request: ConsultationRequest, steps: Iterable[tuple[str, Iterable[str]]]) -> list[list[int]]:
    """Return for each step the numbers of the newest other rows that have all of its values; in one query.

    A step is a purpose and its values; one without any finds nothing.
    """
    sought = [[digests_for_lookup(value, purpose) for value in values if value] for purpose, values in steps]
    found: list[list[int]] = [[] for _ in sought]
    parts = []
    for step, digests in enumerate(sought):
        if digests:
            rows = _entries(digests).exclude(row=request).order_by("-row_id")
            # SQLite takes a limited query within another one, but not as a part of a union.
            newest = RequestEntry.objects.filter(pk__in=rows.values("pk")[:PER_STEP]).order_by()
            parts.append(newest.annotate(step=Value(step)).values_list("step", "row_id"))
    if parts:
        for step, number in parts[0].union(*parts[1:], all=True):
            found[step].append(number)
    return [sorted(numbers, reverse=True) for numbers in found]


def entries_of(purpose: str, values: Iterable[str]):
    """Return one entry for each row that has all of these values."""
    return _entries([digests_for_lookup(value, purpose) for value in values])


def _entries(digests: list):
    first, *others = digests
    found = RequestEntry.objects.filter(digest__in=first)
    for one in others:
        # Asked row by row, so that the search ends with the last row that is wanted, however many have the value.
        found = found.filter(Exists(RequestEntry.objects.filter(row=OuterRef("row"), digest__in=one)))
    return found
