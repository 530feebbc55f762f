"""Extracts names from the free text of the field for other parties."""

import re

from consultations.conflicts.matching.companies import FORMS, is_company
from consultations.conflicts.matching.compare import plain
from consultations.conflicts.matching.names import is_end
from consultations.conflicts.tables import read_table

_TABLE = read_table("words_around_parties")
#: Words for relations between people; phrases that name nobody in particular.
_RELATIONS, _NOBODY = (frozenset(_TABLE[name][0]) for name in ("relations", "nobody"))
_LITTLE = frozenset(_TABLE["little"][0])
_AGAINST = re.compile(r"\s+(?:vs?\.?|versus)\s+", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|&|und|y|et)\s+", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-–—*•·]+|\d{1,2}[.)])\s*")
_ASIDE = re.compile(r"[(\[]([^)\]]*)[)\]]?")
_ALIAS = re.compile(r"\b(?:a\.?k\.?a\.?|a/k/a|alias|d/?b/?a|née|nee|born|f/?k/?a|known as)(?=[\s:]|$)", re.IGNORECASE)
_AFTER_DASH = re.compile(r"\s+[-–—]+\s+.*$|:\s.*$")
MAX_LENGTH = 200


def names_in(text: str) -> list[str]:
    """Return the names in a text, in order and without repeats; words that name nobody are left out.

    Lines, commas and semicolons separate names; "Doe, Jane" alone on a line is one name. Remarks in brackets, after a
    dash or before a name are dropped, except other names (a/k/a, d/b/a, née). The number of names is not limited.
    """
    found: dict[str, str] = {}
    for line in re.split(r"[\r\n;|]+", text):
        for piece in _pieces(_BULLET.sub("", line)):
            name = _cleaned(piece)
            if name and (key := plain(name)) and key not in found:
                found[key] = name[:MAX_LENGTH]
    return list(found.values())


def _pieces(line: str) -> list[str]:
    line = _ASIDE.sub(_without_remark, line)
    parts = [part for part in map(str.strip, line.split(",")) if part]
    joined: list[str] = []
    for part in parts:
        ends = is_end(part) or set(re.sub(r"[.\s]", " ", part).casefold().replace(" ", "").split()) <= FORMS
        if joined and ends:
            joined[-1] += f", {part}"
        else:
            joined.append(part)
    if len(joined) == 2 and _is_turned(*joined):
        joined = [", ".join(joined)]
    return [one for part in joined for side in _AGAINST.split(part) for one in _apart(side)]


def _without_remark(found: re.Match) -> str:
    """Return the replacement for a text in brackets: another name stays, a remark goes."""
    inner = found[1].strip()
    if _ALIAS.search(inner):
        return f" {inner} "
    words = inner.split()
    is_name = (
        0 < len(words) <= 2 and inner[:1].isupper() and not _says_nothing(inner) and found.end() < len(found.string)
    )
    return f"({inner})" if is_name else " "


def _is_turned(family: str, given: str) -> bool:
    short = len(family.split()) == 1 and 0 < len(given.split()) <= 2
    return short and not is_company(family) and not is_company(given) and not _says_nothing(given)


def _apart(text: str) -> list[str]:
    """Split two persons joined by "and"; the name of a company stays whole."""
    sides = _AND.split(text)
    if len(sides) > 1 and all(len(side.split()) > 1 and not is_company(side) for side in sides):
        return sides
    if len(sides) > 1 and any(_says_nothing(side) for side in sides):
        return sides
    return [text]


def _cleaned(piece: str) -> str:
    piece = _AFTER_DASH.sub("", piece).strip()
    had_point = piece.endswith(".")
    piece = piece.strip(" \t.,:;-–—?!*\"'“”")
    words = piece.split()
    while words and plain(words[0]) in _RELATIONS | _LITTLE and len(words) > 1:
        if plain(words[0]) == "the" and is_company(piece):
            break
        del words[0]
    piece = " ".join(words)
    if not any(letter.isalpha() for letter in piece) and not is_company(piece):
        return ""
    if _says_nothing(piece) or len(words) > 10:
        return ""
    return (
        f"{piece}." if had_point and (len(words[-1]) == 1 or plain(words[-1]) in FORMS or is_end(words[-1])) else piece
    )


def _says_nothing(text: str) -> bool:
    words = plain(text).split()
    return "".join(words) in _NOBODY or all(word in _RELATIONS | _NOBODY | _LITTLE for word in words)
