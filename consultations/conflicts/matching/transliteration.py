"""Transliterates names to Latin letters, and reduces words to coarser forms that alternative spellings share."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from consultations.conflicts.tables import read_rules

#: The size of each cache of words. They hold single words, which identify nobody.
WORDS = 20_000
#: Letters whose usual romanization differs from anyascii's. German and Scandinavian umlauts are folded later.
_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ı": "i", "İ": "I", "’": "'", "ʼ": "'", "`": "'"})
_WIDE = re.compile(r"([\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])")
_ABJAD = re.compile(r"[\u0590-\u05ff\u0600-\u06ff]")
_RULES = read_rules("sound_rules")
#: A word in kana.
_KANA = re.compile(
    r"(?:(?:[kgsztdnhbpmrjf]y|sh|ch|ts|[kgsztdnhbpmrjfwy])?[aiueo]h?(?![aiueo]h)|n(?![aiueoy])|m(?=[bp]))+"
)
_COARSE = str.maketrans({"o": "u", "e": "i", "y": "i"})


def latin(text: str) -> str:
    """Transliterate to Latin letters without accents; Chinese and Korean characters become words."""
    if text.isascii():
        return text.replace("`", "'")
    text = unicodedata.normalize("NFKC", text).translate(_LETTERS)
    return anyascii(_WIDE.sub(r" \1 ", text))


def is_abjad(text: str) -> bool:
    """Return whether the script leaves out vowels."""
    return bool(_ABJAD.search(text))


@lru_cache(maxsize=WORDS)
def spelt(word: str) -> str:
    """Reduce a word to a form shared by its usual spellings: Müller and Mueller, Reid and Reed, Youssouf and Yusuf."""
    return _apply("spelling", word)


@lru_cache(maxsize=WORDS)
def coarse(word: str) -> str:
    """Reduce `spelt` further, by approximate sound: o is u, e is i."""
    return re.sub(r"(.)\1+", r"\1", spelt(word).translate(_COARSE))


@lru_cache(maxsize=WORDS)
def eastern(word: str) -> str:
    """Reduce a word of a Chinese or Korean name to a form shared by its romanizations."""
    return _apply("eastern", word)


@lru_cache(maxsize=WORDS)
def kana(word: str) -> str:
    """Reduce Japanese to one romanization; an empty text if the word cannot be written in kana."""
    return _apply("japanese", word) if len(word) > 2 and _KANA.fullmatch(word) else ""


@lru_cache(maxsize=WORDS)
def masculine(word: str) -> str:
    """Return the masculine form of a surname."""
    return _apply("masculine", word)


def _apply(rules: str, word: str) -> str:
    for pattern, replacement in _RULES[rules]:
        word = pattern.sub(replacement, word)
    return word


@lru_cache(maxsize=WORDS)
def bones(word: str) -> str:
    """Return the consonants of a word, all that Arabic and Hebrew scripts write."""
    word = re.sub(r"kh|ch", "h", word)
    word = word[:1] + re.sub(r"[aeiouyw]", "", word[1:])
    word = re.sub(r"(.)\1+", r"\1", word.replace("q", "k").replace("c", "k").replace("v", ""))
    return re.sub(r"(?<=.{2})h$", "", word)


@lru_cache(maxsize=WORDS)
def code(word: str) -> str:
    """Return a short phonetic code, shared by words that sound alike."""
    return sounds(word)[:6]


@lru_cache(maxsize=WORDS)
def sounds(word: str) -> str:
    """Return the same code at full length, for names written together."""
    word = spelt(word)
    if not word:
        return ""
    first = "a" if word[0] in "aeiouyh" else word[0]
    rest = re.sub(r"[aeiouyh]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", (first + rest).translate(str.maketrans("gqjdbv", "kkctpf")))
