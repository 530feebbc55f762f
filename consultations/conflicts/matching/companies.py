"""Parses and scores names of companies and public bodies."""

import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from consultations.conflicts.matching.names import Word
from consultations.conflicts.matching.persons import Match, Pair, align, unpaired
from consultations.conflicts.matching.surnames import COMMON
from consultations.conflicts.matching.transliteration import latin
from consultations.conflicts.tables import read_table

_TABLE = read_table("words_of_companies")
#: Legal forms, which identify nobody; filler words; words that many companies share; abbreviations.
FORMS, LITTLE, GENERIC = (frozenset(_TABLE[name][0]) for name in ("forms", "little", "generic"))
ABBREVIATED = {word: words[0] for words in _TABLE["short"] for word in words[1:]}
#: Numbers written as words.
NUMBERS = dict(pair.split("=") for pair in _TABLE["numbers"][0])
#: Words that are compared as another word.
_AS_ONE = NUMBERS | {"st": "saint", "marys": "mary", "lukes": "luke"}
#: A company's name has one of these, a number or an ampersand; and the words that `read` may leave out.
_TELLING = GENERIC | FORMS | ABBREVIATED.keys() | {"and", "ooo"}
_LEFT_OUT = LITTLE | FORMS | ABBREVIATED.keys()
_WORD = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"#\s*\d+")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?", re.IGNORECASE)
EXTRA_GENERIC, EXTRA_WORD, OTHER_FORM, CONTRADICTED, ACRONYM = 4, 10, 2, 45, 80


@dataclass(frozen=True)
class Company:
    """A company name: its words without legal forms and filler words, its form, and its possible acronyms."""

    words: tuple[Word, ...]
    form: str
    initials: frozenset[str]

    @property
    def condensed(self) -> str:
        return "".join(word.text for word in self.words)


def is_company(text: str, words: list[str] | None = None) -> bool:
    """Return whether a name cannot be a person's: it has a legal form, a trade, a number or an ampersand.

    ``words`` are its `bare_words`, if the caller has them.
    """
    words = bare_words(text) if words is None else words
    if any(not word.isalpha() and word not in ("2nd", "3rd", "4th") for word in words):
        return True
    if _TELLING.isdisjoint(words):
        return "&" in text
    known = {ABBREVIATED.get(word, word) for word in words}
    later = {ABBREVIATED.get(word, word) for word in words[1:]}
    return "&" in text or "and" in words[1:-1] or bool(known & GENERIC) or bool(later & FORMS) or words[:1] == ["ooo"]


def read(text: str, words: list[str] | None = None) -> Company:
    """Parse a company name. ``words`` are its `bare_words`, if the caller has them."""
    plain = [ABBREVIATED.get(word, word) for word in (bare_words(text) if words is None else words)]
    forms = [word for at, word in enumerate(plain) if _is_form(word, at)]
    words = [word for at, word in enumerate(plain) if word not in LITTLE and not _is_form(word, at)] or plain
    every = [word for word in plain if word not in FORMS] or plain
    initials = {"".join(word[0] for word in some) for some in (words, every) if len(some) > 2}
    return Company(tuple(Word(word, word) for word in words), forms[-1] if forms else "", frozenset(initials))


def surely_has_two(words: list[str]) -> bool:
    """Return whether at least two of the `bare_words` count, however the name is parsed."""
    return sum(word not in _LEFT_OUT for word in words) > 1


def _is_form(word: str, at: int) -> bool:
    return word in FORMS and (at > 0 or word == "ooo")


def match(first: Company, second: Company) -> Match:
    """Score two company names."""
    if not first.words or not second.words:
        return Match(0)
    if first.condensed == second.condensed:
        alone = len(first.words) == len(second.words)
        form = first.form and second.form and first.form != second.form
        return Match(98 - OTHER_FORM * bool(form), _whole(first, second), () if alone else ("joined",))
    if is_acronym(first, second) or is_acronym(second, first):
        return Match(ACRONYM, (), ("acronym",))
    if {word.text for word in first.words} == {word.text for word in second.words}:
        return Match(92, _whole(first, second), ("order",))
    pairs = [pair for pair in align(first.words, second.words, is_east=False) if _is_sure(pair, first, second)]
    return _weigh(first, second, pairs) if pairs else Match(0)


def _weigh(first: Company, second: Company, pairs: list[Pair]) -> Match:
    left = [first.words[at].text for at in unpaired(first.words, [pair.first for pair in pairs])]
    right = [second.words[at].text for at in unpaired(second.words, [pair.second for pair in pairs])]
    if left and right:
        return Match(CONTRADICTED, tuple(pairs), ("contradicted",))
    telling = [first.words[at].text for pair in pairs for at in pair.first if first.words[at].text not in GENERIC]
    if not telling and (left or right):
        return Match(CONTRADICTED, tuple(pairs), ("contradicted",))
    if len(telling) == 1 and (left or right) and telling[0] in COMMON and set(left + right) - GENERIC:
        return Match(CONTRADICTED, tuple(pairs), ("lone",))
    score = 100 * min(pair.worth for pair in pairs)
    score -= min(sum(EXTRA_GENERIC if word in GENERIC else EXTRA_WORD for word in left + right), 24)
    score -= OTHER_FORM if first.form != second.form else 0
    return Match(round(score), tuple(pairs), ("missing",) if left or right else ())


def is_acronym(short: Company, full: Company) -> bool:
    return len(short.words) == 1 and 3 <= len(short.condensed) <= 6 and short.condensed in full.initials


def _is_sure(pair: Pair, first: Company, second: Company) -> bool:
    """Return whether a pair counts for companies: the same or alternative spellings, or one typo in a long word."""
    if pair.reason in ("same", "spelling", "joined"):
        return True
    one = "".join(first.words[at].text for at in pair.first)
    other = "".join(second.words[at].text for at in pair.second)
    return pair.reason in ("typo", "sound") and min(len(one), len(other)) >= 6 and OSA.distance(one, other) <= 1


def _whole(first: Company, second: Company) -> tuple[Pair, ...]:
    return (Pair(tuple(range(len(first.words))), tuple(range(len(second.words))), 1.0, "same"),)


def bare_words(text: str) -> list[str]:
    """Return the normalized words of a name: letters and digits, numbers in one form."""
    text = _DOTTED.sub(lambda found: found[0].replace(".", "") + " ", text) if "." in text else text
    text = latin(text).casefold()
    text = _NUMBER.sub(" ", text) if "#" in text else text
    return [_AS_ONE.get(word, word) for word in _WORD.findall(text.replace("'", "").replace("&", " and "))]
