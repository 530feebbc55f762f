"""Given names: which are forms of one another, in several languages, and which are known not to be.

Each line of ``tables/forms_of_given_names.txt`` is a family; two names are linked when they stand in one line. A line
that begins with ``=`` holds spellings of one name; one with ``~`` a name and what it is in other languages, each
linked to the first alone; any other the full name and its short forms. A name may stand in several lines: Sasha is
Aleksandr as well as Aleksandra. Links do not add up: Pepe is José and Joe is Joseph, yet Pepe is not Joe. Two known
names that are not linked are two names, however alike they look.
"""

from itertools import combinations, product

from consultations.conflicts.tables import read_lines, read_words

SPELLING, TRANSLATION, NICKNAME = "spelling", "translation", "nickname"
_KINDS = {"=": SPELLING, "~": TRANSLATION}


def _links() -> dict[frozenset[str], tuple[str, str]]:
    """Return for each linked pair how it is linked, and the full name of its line (empty but for short forms)."""
    found: dict[frozenset[str], tuple[str, str]] = {}
    for line in read_lines("forms_of_given_names"):
        kind = _KINDS.get(line[0], NICKNAME)
        names = line.lstrip("=~ ").split()
        pairs = product(names[:1], names[1:]) if line[0] == "~" else combinations(names, 2)
        for pair in map(frozenset, pairs):
            if found.get(pair, (NICKNAME,))[0] == NICKNAME:
                found[pair] = (kind, names[0] if kind == NICKNAME else "")
    return found


_LINKS = _links()
_FORMS: dict[str, set[str]] = {}
for _pair in _LINKS:
    for _name in _pair:
        _FORMS.setdefault(_name, set()).update(_pair)
KNOWN = frozenset(_FORMS) | read_words("other_given_names")


def link(first: str, second: str) -> tuple[str, str] | None:
    """Return how two names are forms of one, and the full one of a short form and its name; None when they are not."""
    return _LINKS.get(frozenset((first, second)))


def forms(name: str) -> set[str]:
    """Return the name with all that it is linked to."""
    return _FORMS.get(name, set()) | {name}
