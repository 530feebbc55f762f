"""Transliterates names to Latin letters, and reduces words to coarser forms that alternative spellings share."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

#: The size of each cache of words. They hold single words, which identify nobody.
WORDS = 20_000
#: Letters whose usual romanization differs from anyascii's. German and Scandinavian umlauts are folded later.
_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ı": "i", "İ": "I", "’": "'", "ʼ": "'", "`": "'"})
_WIDE = re.compile(r"([\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])")
_ABJAD = re.compile(r"[\u0590-\u05ff\u0600-\u06ff]")
#: In this order. Spellings and romanizations of the same sound; ``y`` is a vowel here.
_SPELLING = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^mac(?=[bcdfgklnpqrt][a-z]{3})", "mc"),
        # Hrytsenko is Gritsenko, Holovko is Golovko.
        (r"^h(?=[rnl])", "g"),
        (r"(?<![bcdgkpstwz])h(?=[a-z]+(enko|chuk|iuk|yuk|ych|ovko|ytsky)$)", "g"),
        # Nilsson is Nielsen, Renaud is Renault, Boudreaux is Boudreau.
        (r"(?<=[a-z]{3})(sson|ssen|son|sen|zen)$", "sen"),
        (r"(?<=[a-z]{2})(aux|aud|auld|ault|aut|aulx|eau|eaux|eault)$", "o"),
        (r"^(tz|ts)(?=[^e])", "z"),
        (r"^wr", "r"),
        (r"^kn", "n"),
        (r"^(tch|tsch)", "ch"),
        (r"^(ye|ie)(?=[a-z]{3})", "e"),
        (r"^(iu|ju)(?=[lr])", "yu"),
        (r"ough$", "o"),
        (r"eigh", "i"),
        (r"shch|sch|sh|sz", "s"),
        (r"tch|tsch|cz", "ch"),
        (r"(off|ow)$", "ov"),
        (r"ph", "f"),
        (r"ck|cq", "k"),
        (r"[tk]h(?=[aeiouyrlmnw]|$)", lambda match: match[0][0]),
        (r"dh|ddh", "d"),
        (r"gh", "g"),
        (r"bh", "b"),
        (r"ch(?=[rl])", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c(?!h)", "k"),
        (r"qu", "kv"),
        (r"q", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"w", "v"),
        (r"dj", "j"),
        (r"(?<=[aeiouy])h(?![aeiouy])", ""),
        (r"(ae|aa)", "a"),
        (r"oe", "o"),
        (r"(eau|au|ou|oo|ue)", lambda match: {"eau": "o", "au": "o"}.get(match[0], "u")),
        (r"(iy|ii|yi|ij|ey|ay|ei|ai|ee|ea|ie|y)", "i"),
        (r"ii+", "i"),
        (r"(?<=[a-z]{3})e$", ""),
        (r"(.)\1+", r"\1"),
    )
]
#: A word in kana; the two usual romanizations of Japanese, with their long vowels, as one.
_KANA = re.compile(
    r"(?:(?:[kgsztdnhbpmrjf]y|sh|ch|ts|[kgsztdnhbpmrjfwy])?[aiueo]h?(?![aiueo]h)|n(?![aiueoy])|m(?=[bp]))+"
)
_JAPANESE = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<=[aiueo])h(?![aiueoy])", ""),
        (r"o[uo]", "o"),
        (r"uu", "u"),
        (r"sy|s(?=i)", "sh"),
        (r"ty|t(?=i)|cy", "ch"),
        (r"(zy|jy|dy|z(?=i)|d(?=i))", "j"),
        (r"t(?=u)", "ts"),
        (r"d(?=zu)|d(?=u)", "z"),
        (r"h(?=u)", "f"),
        (r"shh", "sh"),
        (r"chh", "ch"),
        (r"ssh", "sh"),
        (r"m(?=[bp])", "n"),
    )
]
#: Pinyin, Wade-Giles and the romanizations of Korean, in one coarse form.
_EASTERN = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"'", ""),
        (r"hs|sh|x", "s"),
        (r"tz|ts|zh|ch|[zcjq]", "c"),
        (r"ieh", "ie"),
        (r"ien", "ian"),
        (r"ssu|szu", "si"),
        (r"yeo", "yu"),
        (r"woo|wu", "u"),
        (r"eo|oo|ou", "u"),
        (r"ee|ih|yi", "i"),
        (r"ae", "e"),
        (r"d", "t"),
        (r"b", "p"),
        (r"g", "k"),
        (r"l", "r"),
        (r"(?<=[aeiou])h", ""),
        (r"uo|o", "u"),
        (r"(.)\1+", r"\1"),
    )
]
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
    for pattern, replacement in _SPELLING:
        word = pattern.sub(replacement, word)
    return word


@lru_cache(maxsize=WORDS)
def coarse(word: str) -> str:
    """Reduce `spelt` further, by approximate sound: o is u, e is i."""
    return re.sub(r"(.)\1+", r"\1", spelt(word).translate(_COARSE))


@lru_cache(maxsize=WORDS)
def eastern(word: str) -> str:
    """Reduce a word of a Chinese or Korean name to a form shared by its romanizations."""
    for pattern, replacement in _EASTERN:
        word = pattern.sub(replacement, word)
    return word


@lru_cache(maxsize=WORDS)
def kana(word: str) -> str:
    """Reduce Japanese to one romanization; an empty text if the word cannot be written in kana."""
    if len(word) < 3 or not _KANA.fullmatch(word):
        return ""
    for pattern, replacement in _JAPANESE:
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
