"""Cleans what visitors type: pure functions, without opinion on what is valid."""

import re
import unicodedata

#: Characters that change the direction of the text after them; they could make a list of staff's read backwards.
_DIRECTION = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAK = re.compile(r"\r\n?|[\u2028\u2029\u0085\u000b\u000c]")
_SPACES = re.compile(r"[^\S\n]+")


def _is_readable(character: str) -> bool:
    """False for control characters, lone surrogates, and marks that change the direction of the text."""
    return character == "\n" or (unicodedata.category(character) not in {"Cc", "Cs"} and character not in _DIRECTION)


def one_line(text: str) -> str:
    """Return ``text`` composed (NFC), in one line, without control characters or double spaces."""
    return " ".join(paragraphs(text).split())


def paragraphs(text: str) -> str:
    """Return ``text`` composed (NFC), with plain line breaks, without other control characters."""
    text = _BREAK.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    text = "".join(filter(_is_readable, text))
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n")).strip()


def lines(text: str) -> str:
    """Return ``text`` with one entry on each line and no empty line."""
    return "\n".join(line for line in paragraphs(text).split("\n") if line)
