"""Parts of a word that a slip of the pen leaves as they are, under which it is looked up together with another word."""

from consultations.conflicts.matching.given_names import KNOWN
from consultations.conflicts.matching.surnames import COMMON
from consultations.conflicts.matching.transliteration import coarse

#: From these lengths on one slip is forgiven, and two: see `consultations.conflicts.likeness`.
SHORTEST, LONG = 4, 8


def pieces(word: str, *, beside_common: bool) -> set[str]:
    """Return the parts under which a word is stored: its halves with its length, as it is written and as it sounds.

    ``beside_common`` says that the other word of the key is a given name or a common surname.
    """
    kind = "k" if word in KNOWN else "c" if word in COMMON else ""
    parts = {part for text in {word, coarse(word)} for part in _parts(text, len(text), beside_common=beside_common)}
    return {kind + part for part in parts}


def pieces_asked(word: str, *, beside_common: bool) -> set[str]:
    """Return the parts of all words that one slip, or two in a long word, make of this one.

    No given name is a slip of another, no common surname one of another.
    """
    kinds = {"", "c", "k"} - ({"k"} if word in KNOWN else set()) - ({"c"} if word in COMMON else set())
    found = set()
    for text in {word, coarse(word)}:
        reach = 2 if len(text) >= LONG else 1
        for length in range(len(text) - reach, len(text) + reach + 1):
            found |= _parts(text, length, beside_common=beside_common)
    return {kind + part for kind in kinds for part in found}


def _parts(text: str, length: int, *, beside_common: bool) -> set[str]:
    """Return what ``text`` has in common with a word of this length that has a slip in its end, or its beginning.

    Between the halves one letter is left out, so that two letters that changed places are never in both. With two slips
    no half of a long word may be left: it gives both ends together, and each alone beside a word that is telling.
    """
    if min(length, len(text)) < SHORTEST:
        return set()
    found = {f"<{length}{text[: length // 2]}", f">{length}{text[-max(2, (length - 1) // 2) :]}"}
    if length >= LONG:
        found.add(f"={length}{text[:2]}{text[-2:]}")
        if not beside_common:
            found |= {f"<{length}.{text[:2]}", f">{length}.{text[-2:]}"}
    return found
