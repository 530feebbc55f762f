"""Given names: which ones are forms of one another, in several languages, and which are known to be different.

Each line of ``tables/forms_of_given_names.txt`` is a family; two names are linked when they share a line. A line that
begins with ``=`` has spellings of one name; one with ``~`` has a name and its translations, each linked to the first
only; any other has the full name and its short forms. A name may be in several lines: Sasha is Aleksandr as well as
Aleksandra. Links are not transitive: Pepe is José and Joe is Joseph, yet Pepe is not Joe. Two known names without a
link are different names, however similar.
"""

from itertools import combinations, product

from consultations.conflicts.tables import read_lines, read_words

SPELLING, TRANSLATION, NICKNAME = "spelling", "translation", "nickname"
_KINDS = {"=": SPELLING, "~": TRANSLATION}


def _links() -> dict[frozenset[str], tuple[str, str]]:
    """Return for each linked pair the kind of link, and the full name of its line if the kind is a nickname."""
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
    """Return the kind of link between two names, and the full name if one is short for it; None without a link."""
    return _LINKS.get(frozenset((first, second)))


def forms(name: str) -> set[str]:
    """Return the name and all linked names."""
    return _FORMS.get(name, set()) | {name}
