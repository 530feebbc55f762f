"""Finds requests that may be about the same person: with the same number or address, or a similar name.

Only the names of at most `OPENED` candidates are decrypted. The blind index picks them: each step takes the newest rows
with the digests of one or more words, so its cost does not depend on the number of requests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, product

from django.db.models import Value
from rapidfuzz.distance import JaroWinkler

from consultations.models import ConsultationRequest, RequestEntry
from consultations.models.search import EMAIL, NAME, PHONE
from consultations.permissions import visible_to
from firm.encryption.blind_index import normalise_email, normalise_phone, query_words

#: The most that are shown, and the most candidates that are decrypted.
SHOWN, OPENED = 10, 200
#: The most candidates from one step, so that a shared number or a common name does not crowd out the rest.
PER_STEP = 50
#: Words of names this alike, of 100 (Jaro-Winkler), are taken for the same one misspelt or misheard. Of pairs that are:
#: "Smith/Smyth" 89, "Steven/Stephen" 89, "Mark/Marc" 88, "Jon/John" 93, "Catherine/Katherine" 93, "Mohammed/Muhammad"
#: 85. Of pairs that are not: "Doe/Roe" 78, "Jones/James" 76, "David/Daniel" 76, "Jane/John" 67.
ALIKE = 85
#: A misspelt name is found by this many first letters of all of its words.
BEGINNINGS = (3, 2)
#: The most words of a name that are looked up: the longest.
WORDS = 3
SAME_PHONE, SAME_EMAIL = "Same telephone number", "Same e-mail address"
SAME_NAME, SIMILAR_NAME = "Same name", "Similar name"


@dataclass(frozen=True)
class Duplicate:
    request: ConsultationRequest
    reasons: tuple[str, ...]


def likely_duplicates(request: ConsultationRequest, user) -> list[Duplicate]:
    """Return at most `SHOWN` others that ``user`` may see, newest first.

    Those with the same number or address come before those with a like name when there are more.
    """
    names = _names(request)
    entries = RequestEntry.objects
    ways = [
        entries.equal_to(PHONE, normalise_phone(request.phone)),
        entries.equal_to(EMAIL, normalise_email(request.email)),
        *(entries.matching(NAME, words) for words in _ways_to_find(names)),
    ]
    by_phone, by_email, *like = _newest(request, ways)
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
    return [name for name in (request.full_name, request.person_in_need) if name]


def _likeness(names: Iterable[str], others: Iterable[str]) -> str:
    best = max((similarity(name, other) for name, other in product(names, others)), default=0)
    if best == 100:
        return SAME_NAME
    return SIMILAR_NAME if best >= ALIKE else ""


def _ways_to_find(names: Iterable[str]) -> list[str]:
    """Return the words to look for together, the most telling first: all words, all beginnings, any one whole word."""
    steps = []
    for name in names:
        words = sorted(query_words(name), key=lambda word: (-len(word), word))[:WORDS]
        steps.append((0, words))
        steps += [(rank, [word[:length] for word in words]) for rank, length in enumerate(BEGINNINGS, start=1)]
        steps += [(9, [word]) for word in words if len(word) > 1]
    steps.sort(key=lambda step: step[0])
    return list(dict.fromkeys(" ".join(words) for _, words in steps))


def _newest(request: ConsultationRequest, ways: Iterable) -> list[list[int]]:
    """Return the ids of the newest other rows that each query of entries finds; in one query."""
    parts = []
    for step, entries in enumerate(ways):
        newest = entries.exclude(row=request).order_by("-row_id").values("pk")[:PER_STEP]
        # SQLite takes a limited query within another one, but not as a part of a union.
        part = RequestEntry.objects.filter(pk__in=newest).order_by()
        parts.append(part.annotate(step=Value(step)).values_list("step", "row_id"))
    found: list[list[int]] = [[] for _ in parts]
    for step, number in parts[0].union(*parts[1:], all=True):
        found[step].append(number)
    return [sorted(numbers, reverse=True) for numbers in found]
