"""Blocking keys of companies.

Two names match when all words of the shorter one are in the longer one. So a name is stored under pairs and triples of
its words, and under single words for lookups of one word.
"""

from collections.abc import Iterator
from itertools import combinations, product

from consultations.conflicts.matching.companies import GENERIC, Company
from consultations.conflicts.matching.transliteration import code

#: The number of words of a long name that are used, by the number of words in a key.
MAX_WORDS = {1: 30, 2: 12, 3: 7}
#: The length from which one typo is tolerated.
LONG = 6


def keys_stored(company: Company) -> set[str]:
    """Return the keys of a name, each marked with its number of words and whether the name has more."""
    found = set()
    for words in _ways(company):
        for size in MAX_WORDS:
            mark = f"{size}{'+' if len(words) > size else ''}"
            found |= {f"{mark} {key}" for key in _joint(words, size)}
    return found


def keys_asked(company: Company) -> set[str]:
    """Return the keys under which every name that may match is stored."""
    found = set()
    for words in _ways(company):
        most = min(len(words), max(MAX_WORDS))
        for size in range(1, most + 1):
            if size == most:
                found |= {f"{size}+ {key}" for key in _joint(words, size)}
            found |= {f"{size} {key}" for key in _joint(words, size)}
    return found


def _ways(company: Company) -> Iterator[list[tuple[str, bool]]]:
    """Yield the words, then each variant with two neighbors joined. The flag: a typo in the word is tolerated."""
    words = [(word.text, len(word.text) >= LONG) for word in company.words]
    yield words
    for at in range(len(words) - 1):
        yield [*words[:at], (words[at][0] + words[at + 1][0], False), *words[at + 2 :]]


def _joint(words: list[tuple[str, bool]], size: int) -> set[str]:
    """Return the keys of ``size`` words together, at least one of them distinctive."""
    return {
        " ".join(sorted(each))
        for some in combinations(words[: MAX_WORDS[size]], size)
        if any(text not in GENERIC for text, _ in some)
        for each in product(*(_pieces(text, 4 if size == 1 else 3, may_slip=slips) for text, slips in some))
    }


def _pieces(text: str, letters: int, *, may_slip: bool) -> set[str]:
    """Return the code of a word, and the parts that one typo in a long word leaves unchanged."""
    slips = {f"<{text[:letters]}", f">{text[-letters:]}"} if may_slip else set()
    return {code(text) or text, *slips}
