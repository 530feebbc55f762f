"""Keyed digests by which sealed values are found without being opened, and the rules that values are compared by.

What they give away. Whoever reads the database, and has no key, sees which rows share a value, and how often each
digest occurs; nothing about a value by itself. E-mail addresses and numbers are nearly unique, so that says "the same
person again" and no more. Prefixes of names say more: with 26 × 26 possible beginnings of two letters, their
frequencies can be compared with those of common names, and a guess at some beginnings of some names made good. That is
the price of finding "parts of a name". It is kept down: purposes do not share digests, no digest stands for a single
first letter, a word longer than 12 letters is cut, and no digest says whether it is a whole word or where it stood.
Never index what has few values (a status, a court) or what must not be linked between rows.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable

from anyascii import anyascii
from django.views.decorators.debug import sensitive_variables
from phonenumber_field.phonenumber import to_python

from firm.encryption.keyring import Key, keyring

#: Bytes of a digest. 64 bits fit a bigint, which keeps the index small and quick, and are enough: among 10 million
#: entries the chance that a search meets a wrong one is 1 in 2 × 10^12. HMAC may be cut (RFC 2104, section 5); its
#: strength as a secret is the key's 256 bits, and who has no key cannot search for collisions.
DIGEST_BYTES = 8
MIN_PREFIX, MAX_PREFIX = 2, 12
_WORD = re.compile(r"[a-z0-9]+(?:['`][a-z0-9]+)*")
_JOINED = re.compile(r"[^\s,;/&()]+")


def digest(value: str, purpose: str) -> int:
    """Return the digest of a normalised value under the newest key, as a signed number of 64 bits."""
    return _digest(keyring().newest, value, purpose)


def digests_for_lookup(value: str, purpose: str) -> list[int]:
    """Return the digests under all keys, so that lookups work while keys rotate; none for an empty value."""
    return [_digest(key, value, purpose) for key in keyring().keys] if value else []


@sensitive_variables()
def many_digests_for_lookup(values: Iterable[str], purpose: str) -> list[int]:
    """Return the digests of all these values under all keys."""
    return [_hashed(key, value, purpose) for key in keyring().keys for value in values if value]


@sensitive_variables()
def _digest(key: Key, value: str, purpose: str) -> int:
    return _hashed(key, value, purpose)


def _hashed(key: Key, value: str, purpose: str) -> int:
    """HMAC-SHA-256 over purpose and value, which a byte parts that no purpose holds."""
    message = purpose.encode("ascii") + b"\0" + value.encode("utf-8", "surrogatepass")
    return int.from_bytes(hmac.digest(key.index, message, "sha256")[:DIGEST_BYTES], signed=True)


def normalise_email(text: str) -> str:
    """Return an address as it is compared: NFKC, case folded, without spaces around it.

    The part before the @ is folded too: by RFC 5321 case could matter there, at no provider does it. Dots and
    ``+tags`` are kept, since they are ignored by some providers only. Empty when there is no @ within.
    """
    address = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
    return address if "@" in address.strip("@") else ""


def normalise_phone(text) -> str:
    """Return a number as E.164 (``+12125550123``), read as of the firm's country; empty when it is no valid one."""
    number = to_python(text)
    return number.as_e164 if number and number.is_valid() else ""


@sensitive_variables()
def name_tokens(name: str) -> set[str]:
    """Return what a name is found by: the beginnings, of 2 to 12 letters, of every word and of every part of one.

    Letters are those of the Latin alphabet, without accents and case. Particles are words like others. "Smith-Jones"
    is found by "smith", "jones" and "smithj"; "O'Brien" by "obrien" and "brien"; each character of a Chinese, Japanese
    or Korean word begins a part. A word of a single letter stands for itself.
    """
    return {
        part[:length]
        for word in _JOINED.findall(_composed(name))
        for part in _parts(word)
        for length in range(min(MIN_PREFIX, len(part)), min(MAX_PREFIX, len(part)) + 1)
    }


@sensitive_variables()
def query_words(text: str) -> set[str]:
    """Return the tokens that a name must all have to match ``text``.

    Hyphens part words, apostrophes do not. A single letter is passed over beside longer words.
    """
    words = {
        piece[:MAX_PREFIX] for word in _JOINED.findall(_composed(text)) for piece in _between_hyphens(_latin(word))
    }
    return {word for word in words if len(word) >= MIN_PREFIX} or words


def _parts(word: str) -> set[str]:
    """Return a written word without its marks, what stands between them, and what begins at each wide character."""
    latin = _latin(word)
    tails = (_latin(word[at:]) for at, letter in enumerate(word) if at and unicodedata.east_asian_width(letter) in "WF")
    pieces = re.findall(r"[a-z0-9]+", latin)
    return {*map(_without_marks, [latin, *tails]), *_between_hyphens(latin), *pieces} - {""}


def _between_hyphens(latin: str) -> list[str]:
    """Return what a name's apostrophes join, and its other marks part."""
    return [_without_marks(piece) for piece in _WORD.findall(latin)]


def _without_marks(latin: str) -> str:
    return re.sub(r"[^a-z0-9]", "", latin)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _latin(text: str) -> str:
    return anyascii(text).casefold()
