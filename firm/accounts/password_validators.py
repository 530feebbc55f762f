"""What no password may be: one that others have had, one made of a pattern, or one made of what everybody knows.

Length counts, not composition (NIST SP 800-63B, 5.1.1.2). All lists are local; no password, and no part of one's
digest, leaves the machine.
"""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

from firm.models import FirmSettings

#: What is left of a password must have so many characters that are its own.
OWN = 8
DIFFERENT = 6
ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop")
CONTEXT = {
    *("admin", "administrator", "attorney", "attorneys", "avvo", "consultation", "counsel", "court", "criminal"),
    *("defence", "defense", "esquire", "firm", "intake", "justice", "law", "lawyer", "lawyers", "legal", "login"),
    *("office", "owner", "password", "passwort", "password", "publisher", "editor", "secret", "wagtail", "website"),
    *("welcome", "newyork", "york", "new", "brooklyn", "manhattan", "queens", "bronx"),
}


class OwnWordsValidator:
    """Refuses a password with little in it besides the firm's, the account's and the trade's words, and digits."""

    @sensitive_variables()
    def validate(self, password: str, user=None) -> None:
        """Raise `ValidationError` for such a password."""
        words = CONTEXT | _words(
            *(getattr(user, name, "") for name in ("username", "first_name", "last_name", "email"))
        )
        words |= _words(*_firm_words())
        own = _without(password, words)
        if own != _bare(password) and (len(own) < OWN or own in _common() or _runs(own)):
            raise ValidationError("This password is made of words that others would try first.", code="password_known")

    def get_help_text(self) -> str:
        """Say it to whoever chooses one."""
        return "Your password cannot be made of your name, the firm’s, or words of the trade."


class PatternValidator:
    """Refuses what is repeated, runs along the alphabet or the keyboard, or joins two of the commonest passwords."""

    @sensitive_variables()
    def validate(self, password: str, user=None) -> None:
        """Raise `ValidationError` for such a password."""
        folded = "".join(password.casefold().split())
        if len(set(folded)) < DIFFERENT or _repeats(folded) or _runs(folded) or _is_joined(folded):
            raise ValidationError("This password is a pattern that others would try first.", code="password_pattern")

    def get_help_text(self) -> str:
        """Say it to whoever chooses one."""
        return "Your password cannot be a repetition, a row of keys, or common passwords put together."


class BreachedPasswordValidator:
    """Refuses a password that was found in a breach: one whose SHA-1 stands in the sorted file ``BREACHED_PASSWORDS``.

    The file has the format of the Pwned Passwords download: a line ``SHA1:COUNT`` for each, in order.
    """

    @sensitive_variables()
    def validate(self, password: str, user=None) -> None:
        """Raise `ValidationError` for such a password; `OSError` when the file cannot be read."""
        if settings.BREACHED_PASSWORDS and is_listed(Path(settings.BREACHED_PASSWORDS), password):
            raise ValidationError("This password is known from a breach elsewhere.", code="password_breached")

    def get_help_text(self) -> str:
        """Say it to whoever chooses one."""
        return "Your password cannot be one that was stolen elsewhere."


@sensitive_variables()
def is_listed(path: Path, password: str) -> bool:
    """Whether the sorted file has a line for the password: some forty short reads, whatever its size."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.seek(middle - 1)
                file.readline()
            start, line = file.tell(), file.readline()
            found = line[:40].upper()
            if found == wanted:
                return True
            if not line or found > wanted:
                high = middle
            else:
                low = max(start + len(line), middle + 1)
    return False


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _repeats(text: str) -> bool:
    """True for a short piece again and again, whether or not the last time is whole."""
    return any(text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _runs(text: str) -> bool:
    """True when at least two thirds stand in rows of three or more neighbours."""
    within, at = 0, 0
    while at < len(text):
        length = max((_run_at(text, at, row) for line in ROWS for row in (line, line[::-1])), default=0)
        within, at = (within + length, at + length) if length >= 3 else (within, at + 1)
    return within * 3 >= len(text) * 2


def _run_at(text: str, at: int, row: str) -> int:
    place, length = row.find(text[at]), 0
    while place >= 0 and at + length < len(text) and row[place + length : place + length + 1] == text[at + length]:
        length += 1
    return length


def _is_joined(text: str) -> bool:
    bare = re.sub(r"[^a-z]+$", "", re.sub(r"^[^a-z]+", "", text))
    common = _common()
    return any({whole[:at], whole[at:]} <= common for whole in (text, bare) for at in range(1, len(whole)))


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in re.findall(r"[a-z]{3,}", (text or "").casefold())}


def _firm_words() -> list[str]:
    """The firm's names and the site's host."""
    return [*FirmSettings.objects.values_list("firm_name", flat=True), urlsplit(settings.SITE_URL).hostname or ""]


def _without(password: str, words: set[str]) -> str:
    """Return the letters and digits of a password that belong to none of the words; the longest are taken out first."""
    text = password.casefold()
    for word in sorted(words, key=lambda word: (-len(word), word)):
        text = text.replace(word, " ")
    return _bare(text)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
