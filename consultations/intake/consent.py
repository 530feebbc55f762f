"""Versions of the wordings of consent, recorded with the consent."""

import hashlib
import re

_VERSION = re.compile(r"[0-9a-f]{12}")


def version_of(wording: str) -> str:
    """Return the version of a wording: 12 hexadecimal digits. White space makes no difference."""
    return hashlib.sha256(" ".join(wording.split()).encode()).hexdigest()[:12]


def is_outdated(shown: str, wording: str) -> bool:
    """Return whether ``shown``, the value of a checkbox, is another version than that of ``wording``.

    Other values of a program (``on``, ``true``) are no version.
    """
    return bool(_VERSION.fullmatch(shown)) and shown != version_of(wording)
