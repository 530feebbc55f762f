"""How similar two words of names are, and why: from identical to a typo."""

import re
from functools import lru_cache

import jellyfish
from rapidfuzz.distance import OSA, JaroWinkler

from consultations.conflicts.matching import given_names, surnames
from consultations.conflicts.matching.given_names import KNOWN
from consultations.conflicts.matching.names import Word
from consultations.conflicts.matching.syllables import is_made_of_syllables, other_readings
from consultations.conflicts.matching.transliteration import WORDS, bones, coarse, eastern, kana, masculine, spelt

SAME, SPELLING, NICKNAME, GENDERED = "same", "spelling", "nickname", "gendered"
SOUND, TYPO, INITIAL = "sound", "typo", "initial"
#: Weights, up to 1. Two nearly equal words stay above the threshold; one word with one initial just does.
WORTH = {SAME: 1.0, SPELLING: 0.95, GENDERED: 0.93, NICKNAME: 0.92, SOUND: 0.88, TYPO: 0.85, INITIAL: 0.7}
_NONE = (0.0, "")
#: The most letters by which a word and a joined one may differ in length.
REACH = 4


def alike(first: Word, second: Word, *, is_east: bool = False) -> tuple[float, str]:
    """Return the weight of two words as the same name, from 0 to 1, and the reason code."""
    if not (first.particles or second.particles or first.is_abjad or second.is_abjad):
        return _alike(first.text, second.text, is_east)
    best = _NONE
    # With a particle before them, two given names would look like one with a typo: Van Hung, Van Dung.
    are_names = first.text in KNOWN and second.text in KNOWN
    for one in (first.text,) if are_names else first.texts:
        for other in (second.text,) if are_names else second.texts:
            best = max(best, _alike(one, other, is_east), key=lambda found: found[0])
    if best[0] < WORTH[SOUND] and (first.is_abjad or second.is_abjad) and _share_bones(first.text, second.text):
        return WORTH[SPELLING], SPELLING
    return best


def written_alike(first: str, second: str, *, is_east: bool = False) -> tuple[float, str]:
    """Return the weight of two words with the same spelling, one of them joined from several; typos do not count."""
    if (first[:1] != second[:1] and not is_east) or abs(len(first) - len(second)) > REACH:
        return _NONE
    if first == second:
        return WORTH[SAME], SAME
    write = eastern if is_east else spelt
    if write(first) == write(second):
        return WORTH[SPELLING], SPELLING
    if is_east and (found := _by_syllables(first, second))[0]:
        return found
    return (WORTH[SOUND], SOUND) if len(first) > 5 and coarse(first) == coarse(second) else _NONE


@lru_cache(maxsize=WORDS)
def _alike(first: str, second: str, is_east: bool) -> tuple[float, str]:
    if first == second:
        return WORTH[SAME], SAME
    if is_east and eastern(first) == eastern(second):
        return WORTH[SPELLING], SPELLING
    if len(first) == 1 or len(second) == 1:
        return (WORTH[INITIAL], INITIAL) if first[0] == second[0] else _by_table(first, second)
    if _digits(first) or _digits(second):
        return _NONE
    if not is_east and _begin_apart(first, second):
        return _by_table(first, second)
    if not is_east and spelt(first) == spelt(second) and not _differ_in_gender(first, second):
        return WORTH[SPELLING], SPELLING
    if (found := _by_table(first, second))[0] or is_east:
        return found if found[0] else _by_syllables(first, second)
    if kana(first) == kana(second) != "" and not _differ_in_gender(first, second):
        return WORTH[SPELLING], SPELLING
    if first in KNOWN and second in KNOWN:
        return _NONE
    if found := _by_gender(first, second) or _by_cut(first, second):
        return found
    if _are_two_names(first, second):
        return _NONE
    return _by_sound(first, second) or _by_slip(first, second) or _NONE


def _begin_apart(first: str, second: str) -> bool:
    """Return whether two words begin differently in every form, so that only a table can link them.

    All other rules need the same beginning in one of the forms, or a missing first letter.
    """
    return heads(first).isdisjoint(heads(second)) and first[1:] != second and second[1:] != first


@lru_cache(maxsize=WORDS)
def heads(word: str) -> frozenset[str]:
    """Return the first letters of a word in all forms that are compared; q counts as g."""
    writings = {word, coarse(word), coarse(masculine(word)), *filter(None, [kana(word)])}
    return frozenset("g" if text[:1] == "q" else text[:1] for text in writings)


def _by_table(first: str, second: str) -> tuple[float, str]:
    if linked := given_names.link(first, second):
        reason = NICKNAME if linked[0] == given_names.NICKNAME else SPELLING
        return WORTH[reason], reason
    return (WORTH[SPELLING], SPELLING) if surnames.same_surname(first, second) else _NONE


def _by_syllables(first: str, second: str) -> tuple[float, str]:
    """The same name in Mandarin and Cantonese; or a typo, if only one of two long words is made of syllables."""
    if second in other_readings(first) or first in other_readings(second):
        return WORTH[SPELLING], SPELLING
    is_long = min(len(first), len(second)) > 5 and first[:1] == second[:1]
    if is_long and OSA.distance(first, second) == 1 and is_made_of_syllables(first) != is_made_of_syllables(second):
        return WORTH[TYPO], TYPO
    return _NONE


def _are_two_names(first: str, second: str) -> bool:
    """Return whether two words are known different names: given names, surnames, or like Paulo and Paula."""
    if first in KNOWN and second in KNOWN:
        return given_names.link(first, second) is None
    if first in surnames.COMMON and second in surnames.COMMON:
        return coarse(first) != coarse(second)
    return _differ_in_gender(first, second)


def _differ_in_gender(first: str, second: str) -> bool:
    """Return whether two words differ like male and female given names: Mario and Maria, Denis and Denise."""
    shorter, longer = sorted((first, second), key=len)
    is_known = shorter in KNOWN or longer in KNOWN
    if first[-1] != second[-1] and "e" in (first[-1], second[-1]) and first in KNOWN and second in KNOWN:
        return True
    if longer == f"{shorter[:-1]}ko" and shorter[-1] == "o":
        return True
    if first[:-1] == second[:-1] and {first[-1], second[-1]} <= set("aoeui"):
        return True
    if is_known and longer in {shorter + end for end in ("e", "eh", "ah", "ina", "ine", "ette")} | _doubled(shorter):
        return True
    if longer == shorter + "a":
        return not re.search(r"([oe]v|[^aeiou]in)a$", longer) and is_known
    return False


def _doubled(word: str) -> set[str]:
    """Return Gabrielle and Gabriella for Gabriel."""
    return {word + word[-1] + "e", word + word[-1] + "a"}


def _digits(text: str) -> bool:
    return not text.isalpha() and any(letter.isdigit() for letter in text)


#: Feminine endings with several possible masculine forms: Novakova, Georgiou, Antoniadi.
_PAIRED = (("ova", ""), ("ova", "a"), ("ova", "o"), ("a", "y"), ("ou", "os"), ("ou", "as"), ("ou", "is"), ("i", "is"))
_PAIRED += (("i", "as"), ("i", "os"), ("ou", "es"), ("a", "as"), ("aite", "as"), ("yte", "as"), ("iene", "as"))


def of_men(word: str) -> set[str]:
    """Return all possible masculine forms of a surname that `_by_gender` accepts."""
    found = {masculine(word)}
    for ending, male in _PAIRED:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 3 and word not in KNOWN:
            found |= {stem + male, _with_e(stem) + male}
    return found


def _by_gender(first: str, second: str) -> tuple[float, str] | None:
    # A stem has at least four letters, and an "e" may come before its last one: the first three are the same.
    for woman, man in ((first, second), (second, first)) if first[:3] == second[:3] else ():
        for ending, male in _PAIRED:
            stem = woman.removesuffix(ending)
            if stem != woman and len(stem) > 3 and woman not in KNOWN and man in (stem + male, _with_e(stem) + male):
                return WORTH[GENDERED], GENDERED
    one, other = masculine(first), masculine(second)
    if min(len(one), len(other)) < 4 or (one == first and other == second):
        return None
    return (WORTH[GENDERED], GENDERED) if spelt(one) == spelt(other) or coarse(one) == coarse(other) else None


def _with_e(stem: str) -> str:
    """Restore the vowel that Czech and Polish names lose before an ending: Hajkova, Hajek."""
    return f"{stem[:-1]}e{stem[-1]}"


def _by_cut(first: str, second: str) -> tuple[float, str] | None:
    """A shortened given name: at least four letters that are no name themselves."""
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) < 4 or len(longer) < len(shorter) + 2 or not longer.startswith(shorter) or longer not in KNOWN:
        return None
    return (WORTH[SOUND], NICKNAME) if shorter not in KNOWN and shorter not in surnames.COMMON else None


def _by_sound(first: str, second: str) -> tuple[float, str] | None:
    """The same coarse forms; or similar words with the same Metaphone or NYSIIS code."""
    if min(len(first), len(second)) < 4:
        return None
    one, other = coarse(first), coarse(second)
    if one == other and len(one) > 3:
        return WORTH[SOUND], SOUND
    if one[:1] != other[:1] or JaroWinkler.similarity(one, other) < 0.88 or min(len(one), len(other)) < 5:
        return None
    codes = (
        jellyfish.metaphone(first) == jellyfish.metaphone(second),
        jellyfish.nysiis(one) == jellyfish.nysiis(other),
    )
    return (WORTH[SOUND], SOUND) if any(codes) and OSA.distance(one, other) <= 1 else None


def _by_slip(first: str, second: str) -> tuple[float, str] | None:
    """One typo from four letters on, two in a long word. The first letter may be missing but not different."""
    shorter, longer = sorted((first, second), key=len)
    slips = OSA.distance(shorter, longer)
    lacks_first = longer[1:] == shorter and len(shorter) > 5
    if (
        (first[0] != second[0] and not lacks_first and {first[0], second[0]} != {"q", "g"})
        or len(shorter) < 4
        or slips > (2 if len(shorter) >= 8 else 1)
    ):
        return None
    if slips == 2 and {first, second} & surnames.COMMON:
        return None
    is_swap = len(shorter) == len(longer) and sorted(first) == sorted(second)
    if len(longer) == len(shorter) and len(shorter) < 5 and not is_swap:
        return None
    return WORTH[TYPO], TYPO


def _share_bones(first: str, second: str) -> bool:
    one, other = bones(first), bones(second)
    return one == other and len(one) > 1
