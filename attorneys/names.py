"""Parts of a person's name, for vCards and structured data."""

from dataclasses import dataclass

SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "esq"}


@dataclass(frozen=True)
class NameParts:
    """Given names, family name and suffix, as in RFC 6350 section 6.2.2."""

    given: str
    family: str
    suffix: str = ""


def split_name(name: str) -> NameParts:
    """Split a Western name: the last word is the family name, unless it is a suffix such as “Jr.”."""
    words = name.replace(",", " ").split()
    suffix = ""
    if len(words) > 1 and words[-1].rstrip(".").lower() in SUFFIXES:
        suffix = words.pop()
    if len(words) < 2:
        return NameParts("", words[0] if words else "", suffix)
    return NameParts(" ".join(words[:-1]), words[-1], suffix)
