"""Parts of a word that a typo leaves unchanged; each is looked up together with another word."""

from consultations.conflicts.matching.given_names import KNOWN
from consultations.conflicts.matching.surnames import COMMON
from consultations.conflicts.matching.transliteration import coarse

#: The lengths from which one typo, and two, are tolerated: see `word_similarity`.
SHORTEST, LONG = 4, 8


def pieces(word: str, *, beside_common: bool) -> set[str]:
    """Return the parts under which a word is stored: its halves with its length, by letters and by sound.

    ``beside_common``: the other word of the key is a given name or a common surname.
    """
    kind = "k" if word in KNOWN else "c" if word in COMMON else ""
    parts = {part for text in {word, coarse(word)} for part in _parts(text, len(text), beside_common=beside_common)}
    return {kind + part for part in parts}


def pieces_asked(word: str, *, beside_common: bool) -> set[str]:
    """Return the parts of all words that are one typo away, or two from a long word.

    A given name is no typo of another given name, nor a common surname of another one.
    """
    kinds = {"", "c", "k"} - ({"k"} if word in KNOWN else set()) - ({"c"} if word in COMMON else set())
    found = set()
    for text in {word, coarse(word)}:
        reach = 2 if len(text) >= LONG else 1
        for length in range(len(text) - reach, len(text) + reach + 1):
            found |= _parts(text, length, beside_common=beside_common)
    return {kind + part for kind in kinds for part in found}


def _parts(text: str, length: int, *, beside_common: bool) -> set[str]:
    """Return the parts that ``text`` shares with a word of this length with a typo near its end or its beginning.

    The letter between the halves is left out, so that two swapped letters are never in both. Two typos may change both
    halves of a long word: it also gives both ends together, and each end alone beside a distinctive word.
    """
    if min(length, len(text)) < SHORTEST:
        return set()
    found = {f"<{length}{text[: length // 2]}", f">{length}{text[-max(2, (length - 1) // 2) :]}"}
    if length >= LONG:
        found.add(f"={length}{text[:2]}{text[-2:]}")
        if not beside_common:
            found |= {f"<{length}.{text[:2]}", f">{length}.{text[-2:]}"}
    return found
