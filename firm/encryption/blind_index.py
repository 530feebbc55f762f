"""Blind indexes: keyed digests that find rows by an encrypted value, and the normalisation that values are compared by.

What they reveal: without a key, a reader of the database sees which rows share a value and how often each digest
occurs, but no value. E-mail addresses and phone numbers are nearly unique, so that says "the same person again" and no
more. Name prefixes reveal more: there are only 26 × 26 two-letter prefixes, and their frequencies can be compared with
those of common names. This is the price of searching by parts of a name. It is limited: purposes do not share digests,
there are no one-letter prefixes, words are cut at 12 letters, and a digest says neither whether it is a whole word nor
where it stood. Never index a field with few distinct values (a status, a court) or values that must not be linked
between rows.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable

from anyascii import anyascii
from django.views.decorators.debug import sensitive_variables
from phonenumber_field.phonenumber import to_python

from firm.encryption.keyring import Key, keyring

#: Bytes of a digest. 64 bits fit a bigint, for a small and fast index: among 10 million entries the chance of a false
#: match is 1 in 2 × 10^12. HMAC may be truncated (RFC 2104, section 5); the key still has 256 bits, and without it
#: nobody can search for collisions.
DIGEST_BYTES = 8
MIN_PREFIX, MAX_PREFIX = 2, 12
_WORD = re.compile(r"[a-z0-9]+(?:['`][a-z0-9]+)*")
_JOINED = re.compile(r"[^\s,;/&()]+")


def digest(value: str, purpose: str) -> int:
    """Return the digest of a normalised value under the newest key, as a signed 64-bit integer."""
    return _digest(keyring().newest, value, purpose)


def digests_for_lookup(value: str, purpose: str) -> list[int]:
    """Return the digests under all keys, so that lookups work during a key rotation; none for an empty value."""
    return [_digest(key, value, purpose) for key in keyring().keys] if value else []


@sensitive_variables()
def many_digests_for_lookup(values: Iterable[str], purpose: str) -> list[int]:
    return [_hashed(key, value, purpose) for key in keyring().keys for value in values if value]


@sensitive_variables()
def _digest(key: Key, value: str, purpose: str) -> int:
    return _hashed(key, value, purpose)


def _hashed(key: Key, value: str, purpose: str) -> int:
    """HMAC-SHA-256 over purpose and value, separated by a null byte, which no purpose contains."""
    message = purpose.encode("ascii") + b"\0" + value.encode("utf-8", "surrogatepass")
    return int.from_bytes(hmac.digest(key.index, message, "sha256")[:DIGEST_BYTES], signed=True)


def normalise_email(text: str) -> str:
    """Return an address in the form used for comparison: NFKC, case folded, stripped.

    The local part is folded too: RFC 5321 lets case matter there, but no provider uses it. Dots and ``+tags`` stay,
    since only some providers ignore them. Empty when there is no @ within.
    """
    address = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
    return address if "@" in address.strip("@") else ""


def normalise_phone(text) -> str:
    """Return a number as E.164 (``+12125550123``), by default in the firm's country; empty when it is invalid."""
    number = to_python(text)
    return number.as_e164 if number and number.is_valid() else ""


@sensitive_variables()
def name_tokens(name: str) -> set[str]:
    """Return the search tokens of a name: the prefixes, of 2 to 12 letters, of every word and word part.

    Names are transliterated to the Latin alphabet, without accents and case. "Smith-Jones" is found by "smith", "jones"
    and "smithj"; "O'Brien" by "obrien" and "brien"; each character of a Chinese, Japanese or Korean word begins a part.
    A one-letter word is a token of its own.
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

    Hyphens separate words, apostrophes do not. A single letter is ignored beside longer words.
    """
    words = {
        piece[:MAX_PREFIX] for word in _JOINED.findall(_composed(text)) for piece in _between_hyphens(_latin(word))
    }
    return {word for word in words if len(word) >= MIN_PREFIX} or words


def _parts(word: str) -> set[str]:
    """Return a word without punctuation, the pieces between punctuation, and what begins at each wide character."""
    latin = _latin(word)
    tails = (_latin(word[at:]) for at, letter in enumerate(word) if at and unicodedata.east_asian_width(letter) in "WF")
    pieces = re.findall(r"[a-z0-9]+", latin)
    return {*map(_without_marks, [latin, *tails]), *_between_hyphens(latin), *pieces} - {""}


def _between_hyphens(latin: str) -> list[str]:
    """Split at punctuation other than apostrophes, which are dropped."""
    return [_without_marks(piece) for piece in _WORD.findall(latin)]


def _without_marks(latin: str) -> str:
    return re.sub(r"[^a-z0-9]", "", latin)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _latin(text: str) -> str:
    return anyascii(text).casefold()
