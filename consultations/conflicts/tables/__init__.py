"""Word lists for the matching, one file each."""

from pathlib import Path

FOLDER = Path(__file__).parent


def read_words(name: str) -> frozenset[str]:
    return frozenset((FOLDER / f"{name}.txt").read_text(encoding="ascii").split())


def read_lines(name: str) -> list[str]:
    return (FOLDER / f"{name}.txt").read_text(encoding="ascii").splitlines()


def read_table(name: str) -> dict[str, list[list[str]]]:
    """Return a list's lines by their label, the text before the colon; each line as words."""
    found: dict[str, list[list[str]]] = {}
    for line in read_lines(name):
        head, _, words = line.partition(":")
        found.setdefault(head, []).append(words.split())
    return found
