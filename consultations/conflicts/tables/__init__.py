"""Lists of words that matching rests on, one file for each."""

from pathlib import Path

FOLDER = Path(__file__).parent


def read_words(name: str) -> frozenset[str]:
    """Return all words of a list."""
    return frozenset((FOLDER / f"{name}.txt").read_text(encoding="ascii").split())


def read_lines(name: str) -> list[str]:
    """Return the lines of a list."""
    return (FOLDER / f"{name}.txt").read_text(encoding="ascii").splitlines()


def read_table(name: str) -> dict[str, list[list[str]]]:
    """Return the lines of a list that says at the beginning of each line what its words are."""
    found: dict[str, list[list[str]]] = {}
    for line in read_lines(name):
        head, _, words = line.partition(":")
        found.setdefault(head, []).append(words.split())
    return found
