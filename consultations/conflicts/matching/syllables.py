"""Chinese and Korean given names as syllables, and the Mandarin forms of Cantonese names."""

from functools import lru_cache
from itertools import product

from consultations.conflicts.matching.transliteration import WORDS
from consultations.conflicts.tables import read_table

_TABLE = read_table("syllables_of_east_asia")
_WRITINGS = [frozenset(_TABLE[name][0]) for name in ("pinyin", "korean", "wade")]
_MANDARIN = {
    one: tuple(dict.fromkeys(words.split(","))) for one, words in (w.split("=") for w in _TABLE["cantonese"][0])
}
_CANTONESE: dict[str, tuple[str, ...]] = {}
for _one, _words in _MANDARIN.items():
    for _word in _words:
        _CANTONESE[_word] = (*_CANTONESE.get(_word, ()), _one)
_CANTONESE_WORDS, _MANDARIN_WORDS = frozenset(_MANDARIN), frozenset(_CANTONESE)
_LONGEST, _MOST = 7, 40


def is_made_of_syllables(word: str) -> bool:
    """Return whether a word is one to three syllables of one romanization, so that it need not have a typo."""
    return any(_splits(word, known) for known in (*_WRITINGS, _CANTONESE_WORDS))


@lru_cache(maxsize=WORDS)
def other_readings(word: str) -> frozenset[str]:
    """Return the pinyin of a Cantonese given name and the Cantonese forms of one in pinyin; none if there are too many.

    A name that is valid pinyin is not read as Cantonese.
    """
    found: set[str] = set()
    for known, table in ((_CANTONESE_WORDS, _MANDARIN), (_MANDARIN_WORDS, _CANTONESE)):
        for split in _splits(word, known):
            every = {"".join(parts) for parts in product(*(table[part] for part in split))}
            if table is _MANDARIN and all(part in _WRITINGS[0] for part in split):
                continue
            if table is _CANTONESE:
                every = {text for text in every if not _splits(text, _WRITINGS[0])}
            found |= every
    return frozenset(found) if len(found) <= _MOST else frozenset()


@lru_cache(maxsize=WORDS)
def _splits(word: str, known: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """Return every way to split a word into one to three of the syllables."""
    if len(word) > 3 * _LONGEST:
        return ()
    found = []
    for first in range(1, min(len(word), _LONGEST) + 1):
        if word[:first] not in known:
            continue
        if first == len(word):
            found.append((word,))
        else:
            found += [(word[:first], *rest) for rest in _splits(word[first:], known) if len(rest) < 3]
    return tuple(found)
