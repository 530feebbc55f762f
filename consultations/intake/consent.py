"""Names the wording that somebody agreed to, so that a receipt says which one it was."""

import hashlib
import re

_VERSION = re.compile(r"[0-9a-f]{12}")


def version_of(wording: str) -> str:
    """Return 12 hexadecimal digits that name a wording; white space alone makes no new version."""
    return hashlib.sha256(" ".join(wording.split()).encode()).hexdigest()[:12]


def is_outdated(shown: str, wording: str) -> bool:
    """True when ``shown``, the value of a tick box, names a version that is not the one of ``wording``.

    A box ticked by a program that sends another value (``on``, ``true``) says nothing of a version.
    """
    return bool(_VERSION.fullmatch(shown)) and shown != version_of(wording)
