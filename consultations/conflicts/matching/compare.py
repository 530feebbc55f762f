"""Compares two names of persons or companies as written, including all aliases that each text gives."""

import re
from dataclasses import dataclass
from functools import cached_property

from consultations.conflicts.matching import companies, names, persons
from consultations.conflicts.matching.persons import Match, Pair
from consultations.conflicts.matching.transliteration import latin

#: The lowest score that is reported. Tuned on the labeled pairs: see ``bench/conflict_check.py --pairs``.
THRESHOLD = 70
#: The most names in one text that are read, and the most characters.
MAX_NAMES, MAX_LENGTH = 6, 300
_MARKS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Comparison:
    """A score from 0 to 100, and reason codes."""

    score: int
    reasons: tuple[str, ...] = ()


class Reading:
    """One name, parsed as a person's and as a company's."""

    def __init__(self, text: str):
        self.text = text
        self._bare = companies.bare_words(text)
        self.is_company = companies.is_company(text, self._bare)

    @cached_property
    def plain(self) -> str:
        return plain(self.text)

    @cached_property
    def person(self) -> names.Person:
        return names.read(self.text)

    @cached_property
    def company(self) -> companies.Company:
        return companies.read(self.text, self._bare)

    @cached_property
    def is_one_word(self) -> bool:
        """Whether the name is one word as a company's; mostly known without parsing it."""
        return not companies.surely_has_two(self._bare) and len(self.company.words) == 1


@dataclass(frozen=True)
class Explained:
    """A comparison with its evidence."""

    match: Match
    first: Reading
    second: Reading
    is_company: bool

    @property
    def words(self) -> tuple[tuple, tuple]:
        """The words of both names, to which the positions in the pairs refer."""
        if self.is_company:
            return self.first.company.words, self.second.company.words
        return self.first.person.words, self.second.person.words


def readings(text: str) -> list[Reading]:
    """Return the names in a text, each once."""
    return [Reading(name) for name in dict.fromkeys(names.other_names(text[:MAX_LENGTH]))][:MAX_NAMES]


def plain(text: str) -> str:
    """Normalize: letters and digits only, without case and accents."""
    return _MARKS.sub(" ", latin(text).casefold()).strip()


def compare(first: str, second: str) -> Comparison:
    """Compare two names. Symmetric; accepts any text."""
    one, other = plain(first), plain(second)
    if not one or not other:
        return Comparison(0)
    if one == other:
        return Comparison(100, ("same",))
    found = explain(readings(first), readings(second))
    return Comparison(found.match.score, codes(found.match)) if found else Comparison(0)


def explain(first: list[Reading], second: list[Reading]) -> Explained | None:
    """Return the best comparison between the names of two texts."""
    best = None
    for one in first:
        for other in second:
            found = _best(one, other)
            if found and (best is None or found.match.score > best.match.score):
                best = found
    return best


def codes(match: Match) -> tuple[str, ...]:
    """Return the reason codes: how the words agree, then the other findings."""
    return tuple(sorted({pair.reason for pair in match.pairs if pair.reason})) + match.notes


def _best(one: Reading, other: Reading) -> Explained | None:
    """Compare two readings in a fixed order, so that the result is symmetric."""
    if one.plain > other.plain:
        one, other = other, one
    if one.plain == other.plain:
        pair = Pair((), (), 1.0, "same")
        return Explained(Match(100, (pair,)), one, other, False)
    found = []
    if not one.is_company and not other.is_company:
        found.append(Explained(persons.match(one.person, other.person), one, other, False))
    if one.is_company or other.is_company or one.is_one_word or other.is_one_word:
        if one.is_company or other.is_company or one.company.condensed == other.company.condensed:
            found.append(Explained(companies.match(one.company, other.company), one, other, True))
        elif companies.is_acronym(one.company, other.company) or companies.is_acronym(other.company, one.company):
            found.append(Explained(Match(companies.ACRONYM, (), ("acronym",)), one, other, True))
    return max(found, key=lambda each: each.match.score, default=None)
