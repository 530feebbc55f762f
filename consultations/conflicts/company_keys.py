"""Keys of companies. Two names of which neither has words that the other lacks share all words of the shorter one.

So a name is stored under pairs and threes of its words, and under single words for those who ask for one word alone.
"""

from collections.abc import Iterator
from itertools import combinations, product

from consultations.conflicts.companies import GENERIC, Company
from consultations.conflicts.writing import code

#: Of longer names so many words are joined in ones, twos and threes.
MAX_WORDS = {1: 30, 2: 12, 3: 7}
#: From this length on a slip is forgiven.
LONG = 6


def keys_stored(company: Company) -> set[str]:
    """Return the keys of a name, each with how many words it joins, and whether there are more."""
    found = set()
    for words in _ways(company):
        for size in (1, 2, 3):
            mark = f"{size}{'+' if len(words) > size else ''}"
            found |= {f"{mark} {key}" for key in _joint(words, size)}
    return found


def keys_asked(company: Company) -> set[str]:
    """Return the keys under which all that may match a name is stored."""
    found = set()
    for words in _ways(company):
        size = min(len(words), 3)
        found |= {f"{size}{more} {key}" for key in _joint(words, size) for more in ("", "+")}
        for less in range(1, size):
            found |= {f"{less} {key}" for key in _joint(words, less)}
    return found


def _ways(company: Company) -> Iterator[tuple[str, ...]]:
    """Return the words, and the words with two neighbours written together."""
    texts = tuple(word.text for word in company.words)
    yield texts
    for at in range(len(texts) - 1):
        yield (*texts[:at], texts[at] + texts[at + 1], *texts[at + 2 :])


def _joint(words: tuple[str, ...], size: int) -> set[str]:
    """Return the keys of so many of the words together, one of which at least has to be telling."""
    return {
        " ".join(sorted(each))
        for some in combinations(words[: MAX_WORDS[size]], size)
        if not GENERIC.issuperset(some)
        for each in product(*map(_pieces, some))
    }


def _pieces(text: str) -> set[str]:
    """Return the code of a word, and what one slip in a long word leaves."""
    slips = {f"<{text[:4]}", f">{text[-4:]}"} if len(text) >= LONG else set()
    return {code(text) or text, *slips}
