"""What no password may be: one that takes few guesses, or one that others have had.

Length counts, not composition (NIST SP 800-63B, 5.1.1.2). All lists are local; no password, and no part of one's
digest, leaves the machine.
"""

import hashlib
import re
from bisect import bisect_left
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables
from zxcvbn import zxcvbn

from firm.models import FirmSettings

#: zxcvbn's estimate below which a password is refused.
LEAST_GUESSES = 10**11
#: As many characters are estimated; a longer password is only harder to guess.
ESTIMATED = 72
#: Sorts after every digest.
AFTER_ALL = b"~"
OF_ACCOUNT = ("username", "first_name", "last_name", "email")


class GuessesValidator:
    """Refuses a password that zxcvbn would guess: words, rows of keys, repetitions, names of account and firm."""

    @sensitive_variables()
    def validate(self, password: str, user=None) -> None:
        host = urlsplit(settings.SITE_URL).hostname or ""
        texts = [host, *(getattr(user, name, "") for name in OF_ACCOUNT)]
        texts += FirmSettings.objects.values_list("firm_name", flat=True)
        known = {word for text in texts for word in re.findall(r"\w{3,}", text or "")}
        # Ornaments such as “!!!” between words count for much there, and are what people add first.
        bare = re.sub(r"[\W_]+", "", password)
        forms = [password, bare] if len(bare) * 2 >= len(password) else [password]
        guesses = min(zxcvbn(form[:ESTIMATED] or " ", user_inputs=sorted(known))["guesses"] for form in forms)
        if guesses < LEAST_GUESSES:
            raise ValidationError("This password is one that others would try early.", code="password_guessed")

    def get_help_text(self) -> str:
        return "Your password cannot be a pattern, common words, or made of your name or the firm’s."


class BreachedPasswordValidator:
    """Refuses a password that was found in a breach: one whose SHA-1 stands in the sorted file ``BREACHED_PASSWORDS``.

    The file has the format of the Pwned Passwords download: a line ``SHA1:COUNT`` for each, in order.
    """

    @sensitive_variables()
    def validate(self, password: str, user=None) -> None:
        if settings.BREACHED_PASSWORDS and is_listed(Path(settings.BREACHED_PASSWORDS), password):
            raise ValidationError("This password is known from a breach elsewhere.", code="password_breached")

    def get_help_text(self) -> str:
        return "Your password cannot be one that was stolen elsewhere."


@sensitive_variables()
def is_listed(path: Path, password: str) -> bool:
    """Whether the sorted file has a line for the password: some forty short reads, whatever its size."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:

        def digest_after(offset: int) -> bytes:
            """Return the digest of the first line that begins at the offset or later."""
            file.seek(max(offset - 1, 0))
            if offset:
                file.readline()
            return file.readline()[:40].upper() or AFTER_ALL

        size = file.seek(0, 2)
        return digest_after(bisect_left(range(size), wanted, key=digest_after)) == wanted
