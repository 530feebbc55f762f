"""Word lists and rules for the matching, one file each."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
Rules = list[tuple[re.Pattern, str]]


def read_words(name: str) -> frozenset[str]:
    return frozenset((FOLDER / f"{name}.txt").read_text(encoding="ascii").split())


def read_lines(name: str) -> list[str]:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="ascii").splitlines()
    return [line for line in lines if not line.startswith("#")]


def read_table(name: str) -> dict[str, list[list[str]]]:
    """Return a list's lines by their label, the text before the colon; each line as words."""
    found: dict[str, list[list[str]]] = {}
    for line in read_lines(name):
        head, _, words = line.partition(":")
        found.setdefault(head, []).append(words.split())
    return found


def read_rules(name: str) -> dict[str, Rules]:
    """Return rules by their label: patterns with replacements, which may be empty."""
    return {
        label: [(re.compile(pattern), "".join(replacement)) for pattern, *replacement in lines]
        for label, lines in read_table(name).items()
    }
