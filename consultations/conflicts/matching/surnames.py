"""Surnames: which are common, and which spellings are the same name."""

from consultations.conflicts.matching.syllables import other_readings
from consultations.conflicts.tables import read_lines, read_words

#: Surnames so common that one alone identifies nobody.
COMMON = read_words("common_surnames")
_GROUPS = [frozenset(line.split()) for line in read_lines("spellings_of_surnames")]
_FORMS: dict[str, set[str]] = {}
for _group in _GROUPS:
    for _name in _group:
        _FORMS.setdefault(_name, set()).update(_group)
#: Surnames that mark a Chinese or Korean name, in the usual romanizations.
EAST_ASIAN = read_words("surnames_of_east_asia")


def same_surname(first: str, second: str) -> bool:
    return second in _FORMS.get(first, ())


def spellings(name: str) -> set[str]:
    """Return a surname with its other spellings; for a Chinese name, its Mandarin or Cantonese readings too."""
    return _FORMS.get(name, set()) | {name} | other_readings(name)
