"""Parses names of persons: words in the order given name to surname, with particles, suffix and aliases."""

import re
from dataclasses import dataclass
from functools import lru_cache

from nameparser.config import CONSTANTS

from consultations.conflicts.matching.transliteration import WORDS, is_abjad, latin
from consultations.conflicts.tables import read_table

#: Words that introduce another name of the same person or company.
_OTHER_NAMES = re.compile(
    r"\s*(?:\b(?:a\.?k\.?a\.?|a/k/a|d/?b/?a|d\.b\.a\.|f/?k/?a|n/?k/?a|t/a|also known as|doing business as|"
    r"formerly known as|formerly|alias)(?=[\s:]|$))[\s:,]*",
    re.IGNORECASE,
)
_BORN = re.compile(r"^(.*?)[\s,(]+(?:née|nee|né|born|geb\.|geborene|z domu)\s+(.+?)\)?$", re.IGNORECASE)
_CALLED = re.compile(r"[\"“”«»(]\s*([^\"“”«»()]+?)\s*[\"“”«»)]")
_TABLE = read_table("words_around_names")
PARTICLES, _DEGREES, _TITLES = (frozenset(_TABLE[name][0]) for name in ("particles", "degrees", "titles"))
#: Prefixes that belong to the next word: Mac Donald.
_PREFIXES = {"mc", "mac"}
_CONNECTORS = {"y", "e", "i"}
_SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "2", "iii": "3", "iv": "4", "2nd": "2"}
_SUFFIXES |= {"3rd": "3", "4th": "4"}
_GLUED = re.compile(r"^(?:dela|delos|delas|vander|vanden|vonder)(?=[a-z]{4})")
_SERVANT = re.compile(r"^abd(?:[aeiou]?[lr])?[-' ]?(?=[a-z]{4})")


@dataclass(frozen=True)
class Word:
    """One word of a name; ``shown`` as written. ``particles`` are the particles before it."""

    text: str
    shown: str
    particles: tuple[str, ...] = ()
    is_abjad: bool = False

    @property
    def is_initial(self) -> bool:
        return len(self.text) == 1

    @property
    def texts(self) -> tuple[str, ...]:
        """The word without its particles, with the last one, the last two, and so on."""
        if not self.particles:
            return (self.text,)
        found = [self.text]
        for particle in reversed(self.particles):
            found.append(particle + found[-1])
        return tuple(found)

    @property
    def glued(self) -> str:
        """The word with all its particles."""
        return "".join(self.particles) + self.text


@dataclass(frozen=True)
class Person:
    """A person's name. ``is_ordered``: a comma shows that the surname is last; else this is assumed."""

    words: tuple[Word, ...]
    suffix: str = ""
    is_ordered: bool = False


def read(text: str) -> Person:
    """Parse one name; a text without letters has no words."""
    family, comma, given = text.partition(",")
    while comma and is_end(given.partition(",")[0]):
        family, (_, comma, given) = f"{family} {given.partition(',')[0]}", given.partition(",")
    pieces, suffix = _split(f"{given} " + family if comma else family)
    words = _joined([word for piece in pieces for word in _words(piece)])
    return Person(words, suffix, bool(comma))


def other_names(text: str) -> list[str]:
    """Return all names that a text gives one person or company: aliases, birth name, nickname in quotes."""
    found = []
    for name in filter(None, map(str.strip, _OTHER_NAMES.split(text))):
        if born := _BORN.match(name):
            before, maiden = born.groups()
            given = " ".join(before.split()[:-1])
            found += [before, f"{given} {maiden}" if " " not in maiden else maiden]
        elif called := _CALLED.search(name):
            plain = " ".join(f"{name[: called.start()]} {name[called.end() :]}".split())
            found += [plain, " ".join([called[1], *plain.split()[1:]])] if plain else [called[1]]
        else:
            found.append(name)
    return [name for name in found if name.strip()]


def is_end(text: str) -> bool:
    """Return whether the text after a comma is a suffix or degree, not a given name."""
    words = re.sub(r"[.\s]", " ", text.casefold()).split()
    joined = "".join(words)
    return bool(words) and (joined in _SUFFIXES or joined in _DEGREES or all(w in _SUFFIXES for w in words))


def _split(text: str) -> tuple[list[str], str]:
    """Return the words as written, without titles and degrees; and the suffix as a number, ``jr`` or ``sr``."""
    pieces = text.replace(",", " ").split()
    while len(pieces) > 2 and _is_title(pieces[0]):
        del pieces[0]
    suffix = ""
    at = 0
    while at < len(pieces) and len(pieces) > 1:
        bare = pieces[at].casefold().replace(".", "").strip("'’")
        if at and bare in _SUFFIXES and len(pieces) > 2:
            suffix = _SUFFIXES[bare]
        elif not (
            at and len(pieces) > 2 and bare in _DEGREES and ("." in pieces[at] or bare in ("esq", "esquire", "md"))
        ):
            at += 1
            continue
        del pieces[at]
    if len(pieces) == 2 and pieces[0].casefold().strip(".") in _TITLES and pieces[0].casefold().strip(".") != "don":
        del pieces[0]
    return pieces, suffix


def _is_title(piece: str) -> bool:
    bare = piece.casefold().strip(".")
    return bare in _TITLES or (piece.endswith(".") and len(bare) > 1 and bare in CONSTANTS.titles)


@lru_cache(maxsize=WORDS)
def _words(piece: str) -> tuple[tuple[str, str, bool], ...]:
    """Split at hyphens, dots and wide letters: (Latin form, as shown, whether vowels are missing)."""
    if re.fullmatch(r"[A-Z]{2,3}", piece) and not re.search("[AEIOU]", piece):
        return tuple((letter.casefold(), letter, False) for letter in piece)
    servant = re.match(r"(?i)^abd[aeu]?l?-", piece)
    parts = [piece.replace("-", "")] if servant else re.split(r"[-‐‑–./_\s]+", piece)
    found = []
    for part in parts:
        abjad = is_abjad(part)
        for word in latin(part).split():
            bare = re.sub(r"[^a-z0-9']", "", word.casefold()).strip("'")
            head, mark, tail = bare.partition("'")
            if mark and head in ("o", "d", "l") and len(tail) > 2:
                found += [(head, "", abjad), (tail.replace("'", ""), part, abjad)]
            elif bare:
                found.append((bare.replace("'", ""), part, abjad))
    return tuple(found)


def _joined(words: list[tuple[str, str, bool]]) -> tuple[Word, ...]:
    """Attach particles to the word after them."""
    found: list[Word] = []
    held: list[str] = []
    for at, (text, shown, abjad) in enumerate(words):
        is_last = at == len(words) - 1
        if not is_last and (_is_particle(text, at, words) or (text in ("abd", "abdel", "abdul", "abdur"))):
            held.append(text)
            continue
        if text in _CONNECTORS and at > 0 and not is_last and shown.islower():
            continue
        found.append(_word(tuple(held), text, shown, abjad))
        held = []
    return tuple(found)


def _is_particle(text: str, at: int, words: list) -> bool:
    if text in _PREFIXES or (len(text) == 1 and text in "odl" and not words[at][1]):
        return True
    if text == "o":
        return at > 0 and len(words[at + 1][0]) > 3
    return at > 0 and len(text) > 1 and text in PARTICLES


@lru_cache(maxsize=WORDS)
def _word(held: tuple[str, ...], text: str, shown: str, abjad: bool) -> Word:
    if held and held[-1] in _PREFIXES:
        text, held = "mc" + text, held[:-1]
    if any(part.startswith("abd") for part in held):
        return Word("abdul" + text, shown, (), abjad)
    text = {"ma": "maria"}.get(text, text) if not held and shown.endswith(".") else text
    if servant := _SERVANT.match(text):
        text = "abdul" + text[servant.end() :]
    particles = tuple("saint" if part == "st" else part for part in held)
    if not held and (prefix := _GLUED.match(text)):
        return Word(text[prefix.end() :], shown, (prefix[0],), abjad)
    return Word(text, shown, particles, abjad)
