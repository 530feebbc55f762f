"""Surnames: which are common, and which spellings are the same one."""

from consultations.conflicts.given_names import TABLES

#: Those of which one alone says nothing.
COMMON = frozenset((TABLES / "common_surnames.txt").read_text(encoding="ascii").split())
_LINES = (TABLES / "spellings_of_surnames.txt").read_text(encoding="ascii").splitlines()
_GROUPS = [frozenset(line.split()) for line in _LINES]
_FORMS: dict[str, set[str]] = {}
for _group in _GROUPS:
    for _name in _group:
        _FORMS.setdefault(_name, set()).update(_group)
#: Those by which a Chinese or Korean name is told, in the usual romanisations.
EAST_ASIAN = frozenset((TABLES / "surnames_of_east_asia.txt").read_text(encoding="ascii").split())


def same_surname(first: str, second: str) -> bool:
    """Whether two surnames are spellings of one."""
    return second in _FORMS.get(first, ())


def spellings(name: str) -> set[str]:
    """Return a surname with its other spellings."""
    return _FORMS.get(name, set()) | {name}
