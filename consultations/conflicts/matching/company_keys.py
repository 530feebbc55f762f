"""Keys of companies. Two names of which neither has words that the other lacks share all words of the shorter one.

So a name is stored under pairs and threes of its words, and under single words for those who ask for one word alone.
"""

from collections.abc import Iterator
from itertools import combinations, product

from consultations.conflicts.matching.companies import GENERIC, Company
from consultations.conflicts.matching.transliteration import code

#: Of longer names so many words are joined in ones, twos and threes.
MAX_WORDS = {1: 30, 2: 12, 3: 7}
#: From this length on a slip is forgiven.
LONG = 6


def keys_stored(company: Company) -> set[str]:
    """Return the keys of a name, each with how many words it joins, and whether there are more."""
    found = set()
    for words in _ways(company):
        for size in MAX_WORDS:
            mark = f"{size}{'+' if len(words) > size else ''}"
            found |= {f"{mark} {key}" for key in _joint(words, size)}
    return found


def keys_asked(company: Company) -> set[str]:
    """Return the keys under which all that may match a name is stored."""
    found = set()
    for words in _ways(company):
        most = min(len(words), max(MAX_WORDS))
        for size in range(1, most + 1):
            if size == most:
                found |= {f"{size}+ {key}" for key in _joint(words, size)}
            found |= {f"{size} {key}" for key in _joint(words, size)}
    return found


def _ways(company: Company) -> Iterator[list[tuple[str, bool]]]:
    """Return the words, and the words with two neighbours written together, in which no slip counts."""
    words = [(word.text, len(word.text) >= LONG) for word in company.words]
    yield words
    for at in range(len(words) - 1):
        yield [*words[:at], (words[at][0] + words[at + 1][0], False), *words[at + 2 :]]


def _joint(words: list[tuple[str, bool]], size: int) -> set[str]:
    """Return the keys of so many of the words together, one of which at least has to be telling."""
    return {
        " ".join(sorted(each))
        for some in combinations(words[: MAX_WORDS[size]], size)
        if any(text not in GENERIC for text, _ in some)
        for each in product(*(_pieces(text, 4 if size == 1 else 3, may_slip=slips) for text, slips in some))
    }


def _pieces(text: str, letters: int, *, may_slip: bool) -> set[str]:
    """Return the code of a word, and what one slip in a long word leaves."""
    slips = {f"<{text[:letters]}", f">{text[-letters:]}"} if may_slip else set()
    return {code(text) or text, *slips}
