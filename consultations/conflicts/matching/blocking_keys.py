"""Blocking keys: the database finds similar names by these before any name is decrypted.

A name is stored under few keys and looked up under many: nicknames, other spellings and other lengths are added to the
query. A key joins two words, or one word and a part of another, so that a common surname alone matches nobody. Each is
digested with a secret of the firm (`firm.encryption.blind_index`) before it reaches the database. After a change to
these rules, rebuild all entries: ``PartyEntry.objects.rebuild_all()``.
"""

from collections.abc import Iterable
from itertools import combinations, permutations, product

from consultations.conflicts.matching import given_names, surnames
from consultations.conflicts.matching.company_keys import keys_asked, keys_stored
from consultations.conflicts.matching.compare import Reading, plain, readings
from consultations.conflicts.matching.given_names import KNOWN
from consultations.conflicts.matching.names import Person, Word
from consultations.conflicts.matching.persons import MAX_WORDS, is_common, is_eastern, neighbours
from consultations.conflicts.matching.pieces import pieces, pieces_asked
from consultations.conflicts.matching.transliteration import bones, coarse, code, eastern, masculine, sounds
from consultations.conflicts.matching.word_similarity import of_men

#: Two words; a word with a part of another, or with its initial; the same where only the initial is known.
PAIR, PART, INITIAL, SHORT = "pair", "part", "initial", "short"
#: A name of one word; a word of a longer one; a name written together; a word of a company, and its initials.
LONE, WORD, JOINED, COMPANY, ACRONYM = "lone", "word", "joined", "company", "acronym"
#: The whole name, by letters and by sound: all that remains of an erased party.
ALL, WHOLE = "all", "whole"
TOMBSTONE = (ALL, WHOLE)
MAX_EXPANDED = 300

Terms = dict[str, set[str]]


def stored(texts: Iterable[str]) -> Terms:
    """Return the keys, by purpose, under which the names of one party are stored."""
    terms: Terms = {}
    for text in texts:
        for reading in readings(text):
            _add(terms, _whole(reading, _one))
            if reading.is_company or len(reading.person.words) == 1:
                _add(terms, _company(reading, keys_stored))
            if not reading.is_company:
                _add(terms, _person(reading.person, _one, pieces))
    return terms


def asked(text: str) -> Terms:
    """Return the keys, by purpose, under which every name that may match is stored."""
    terms: Terms = {}
    for reading in readings(text):
        _add(terms, _whole(reading, _expanded))
        _add(terms, _company(reading, keys_asked))
        found = _person(reading.person, _expanded, pieces_asked)
        # An initial finds full names; a full name also finds names of which only the initial is known.
        initials = _by_initial(reading.person, _expanded, full=False)
        found[SHORT] = initials | found[INITIAL]
        found[INITIAL] = initials
        words = [word for word in reading.person.words if len(reading.person.words) == 1 or not is_common(word)]
        found[LONE] = {key for word in words for key in _codes(word, _expanded, is_eastern(reading.person.words))}
        found[WORD] = found[LONE] if len(reading.person.words) == 1 else set()
        _add(terms, found)
    return terms


def _add(terms: Terms, more: Terms) -> None:
    for purpose, values in more.items():
        terms.setdefault(purpose, set()).update(values)


def _one(word: str) -> set[str]:
    return {word}


def _expanded(word: str) -> set[str]:
    return given_names.forms(word) | surnames.spellings(word)


def _of_men(word: str) -> set[str]:
    """Czech and Slovak names lose a whole syllable; for others the common form is enough."""
    return of_men(word) if word.endswith("ova") else {masculine(word)}


def _codes(word: Word, forms, is_east: bool) -> set[str]:
    """Return the codes of a word with and without its particles, in all ``forms``."""
    found = {code(man) for text in word.texts for form in forms(text) for man in _of_men(form)}
    if word.is_abjad:
        found.add(code(bones(word.text)))
    if is_east:
        found |= {"*" + eastern(form) for form in forms(word.text)}
    return found - {""}


def _person(person: Person, forms, parts) -> Terms:
    words = person.words[:MAX_WORDS]
    east = bool(words) and is_eastern(words)
    full = [word for word in words if not word.is_initial]
    codes = [_codes(word, forms, east) for word in full]
    slips: set[str] = set()
    pairs = {key for one, other in combinations(codes, 2) for key in _joint(one, other)}
    for places, text in neighbours(words) if len(words) > 2 else ():
        joint = _codes(Word(text, text), forms, east)
        others = [word for at, word in enumerate(words) if at not in places and not word.is_initial]
        pairs |= {key for word in others for key in _joint(joint, _codes(word, forms, east))}
        slips |= {f"{key}|{part}" for word in others for key in joint for part in parts(word.text, beside_common=True)}
    terms = {PAIR: pairs, PART: slips, INITIAL: _by_initial(person, forms, full=True), JOINED: set()}
    terms[SHORT] = _by_initial(person, forms, full=False)
    for one, other in permutations(range(len(full)), 2):
        found = parts(full[other].text, beside_common=is_common(full[one]))
        terms[PART] |= {f"{key}|{piece}" for key, piece in product(codes[one], found)}
    if words:
        terms[JOINED] = {sounds("".join(word.glued for word in words))}
    if len(words) == 1:
        terms[LONE] = codes[0] if codes else {words[0].text}
    else:
        telling = [word for word in (*words[:1], *words[-1:]) if not is_common(word)]
        terms[WORD] = {key for word in telling for key in _codes(word, forms, east)}
    return terms


def _joint(one: set[str], other: set[str]) -> set[str]:
    return {" ".join(sorted(both)) for both in product(one, other)}


def _by_initial(person: Person, forms, *, full: bool) -> set[str]:
    """Return each word with the first letter of every other word: a ``full`` one or an initial.

    A given name with a middle initial is no key of its own: it says nothing if the surname differs.
    """
    words = person.words[:MAX_WORDS]
    east = bool(words) and is_eastern(words)
    is_led = bool(words) and not full and not east and not words[-1].is_initial
    return {
        f"{key}|{other.text[0]}"
        for one, other in permutations(words, 2)
        if not one.is_initial and other.is_initial != full
        if not (is_led and one is not words[-1] and one.text in KNOWN)
        for key in _codes(one, forms, east)
    }


def _company(reading: Reading, keys) -> Terms:
    company = reading.company
    short = {company.condensed} if len(company.words) == 1 and 3 <= len(company.condensed) <= 6 else set()
    return {
        COMPANY: keys(company) | {f"={company.condensed}"},
        ACRONYM: short | {text for text in company.initials if 3 <= len(text) <= 6},
    }


def _whole(reading: Reading, forms) -> Terms:
    """Return the keys of the whole name: regardless of case, accents and order; and of spelling and nicknames."""
    words = reading.company.words if reading.is_company else reading.person.words[:MAX_WORDS]
    full = [word.text for word in words if not word.is_initial] or [word.text for word in words]
    sounds = [sorted({coarse(form) for form in forms(text)}) for text in full]
    count = 1
    for each in sounds:
        count *= len(each)
    if count > MAX_EXPANDED:
        sounds = [[coarse(text)] for text in full]
    wholes = {" ".join(sorted(every)) for every in product(*sounds)} if full else set()
    exact = {" ".join(sorted(plain(reading.text).split())), " ".join(sorted(word.text for word in words))}
    return {ALL: exact, WHOLE: wholes if reading.is_company or len(full) > 1 else set()}
