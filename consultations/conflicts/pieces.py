"""Parts of a word that a slip of the pen leaves as they are, under which it is looked up together with another word."""

from consultations.conflicts.writing import coarse

#: From this length on two slips are forgiven: see `consultations.conflicts.likeness`.
SHORTEST, LONG = 4, 8


def pieces(word: str) -> set[str]:
    """Return the parts under which a word is stored: its halves with its length, as it is written and as it sounds."""
    return {part for text in {word, coarse(word)} for part in _parts(text, len(text))}


def pieces_asked(word: str) -> set[str]:
    """Return the parts of all words that one slip, or two in a long word, make of this one."""
    found = set()
    for text in {word, coarse(word)}:
        reach = 2 if len(text) >= LONG else 1
        for length in range(len(text) - reach, len(text) + reach + 1):
            found |= _parts(text, length)
    return found


def _parts(text: str, length: int) -> set[str]:
    """Return what ``text`` has in common with a word of this length that has a slip in its end, or its beginning.

    Between the halves one letter is left out, so that two letters that changed places are never in both. Long words
    give their first and last two letters, too: with two slips no half may be left.
    """
    if min(length, len(text)) < SHORTEST:
        return set()
    half = max(2, (length - 1) // 2)
    found = {f"<{length}{text[:half]}", f">{length}{text[-half:]}"}
    if length >= LONG:
        found |= {f"<{length}.{text[:2]}", f">{length}.{text[-2:]}"}
    return found
