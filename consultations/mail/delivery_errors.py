"""What it means that a message could not be sent: pure functions of the error, without a word of the server's.

What a server answers may quote the person's address; only its code is kept.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from socket import gaierror

from firm.encryption.cipher import Unreadable

#: The longest pause is short enough for everything to leave within five minutes after a mail server is well again.
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = timedelta(minutes=1), timedelta(minutes=4), 2
#: After so many attempts, which the pauses spread over 30 to 40 hours, a message is given up.
ATTEMPTS = 600
#: A worker that ends while it sends a message weighs as much as so many refusals.
ATTEMPTS_OF_A_DEATH = 46
#: By how much chance may shorten a pause, so that what failed together is not tried together for ever.
JITTER = 0.25
#: A refused recipient is believed from this attempt on, some minutes after the first, and only while the server takes
#: other mail: one that refuses everybody for a while says nothing of anybody.
BELIEVED_AFTER, TAKES_MAIL_WITHIN = 4, timedelta(minutes=5)
#: Codes of a refused recipient (RFC 5321, 4.2.3), and the enhanced codes (RFC 3463) that speak of the mailbox and not
#: of the sender, of policy or of the system.
_NO_MAILBOX = {550, 551, 553}
_ENHANCED = re.compile(rb"5\.\d{1,3}\.\d{1,3}")
_OF_MAILBOX = {b"5.1.0", b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1"}


@dataclass(frozen=True)
class Failure:
    """Why a message was not sent, in words of ours; ``of_recipient`` when the server says that there is no mailbox."""

    words: str
    of_recipient: bool = False


def pause_after(attempts: int, chance: float) -> timedelta:
    """Return how long to wait after the ``attempts``-th failure (from 1); ``chance`` is between 0 and 1."""
    # The exponent is bounded, for the power must not outgrow a time span.
    pause = min(FIRST_PAUSE * GROWTH ** min(attempts - 1, 10), LONGEST_PAUSE)
    return pause * (1 - JITTER * chance)


def judge(error: Exception) -> Failure:
    """Return what an error means. Authentication, the sender, policy and connections are no recipient's fault."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = max(error.recipients.values(), default=(0, b""), key=lambda answer: int(answer[0]))
        if int(code) >= 500:
            return Failure(f"refused the recipient ({int(code)})", of_recipient=_says_no_mailbox(int(code), text))
        return Failure(f"put the recipient off ({int(code)})")
    if isinstance(error, smtplib.SMTPResponseException):
        return Failure(f"{_refusal(error)} ({int(error.smtp_code)})")
    return Failure(next((words for kind, words in _WORDS if isinstance(error, kind)), f"error ({_name(error)})"))


def _says_no_mailbox(code: int, text: bytes | str) -> bool:
    found = _ENHANCED.match(text if isinstance(text, bytes) else text.encode("ascii", "replace"))
    return code in _NO_MAILBOX and (found is None or found[0] in _OF_MAILBOX)


def _refusal(error: smtplib.SMTPResponseException) -> str:
    found = (words for kind, words in _REFUSALS if isinstance(error, kind))
    return next(found, "the mail server refused")


def _name(error: Exception) -> str:
    return type(error).__name__[:60]


_REFUSALS = (
    (smtplib.SMTPAuthenticationError, "the mail server refused our password"),
    (smtplib.SMTPSenderRefused, "refused our own address"),
    (smtplib.SMTPDataError, "refused the message"),
)
#: The first that fits, so the narrower kind comes first.
_WORDS = (
    (smtplib.SMTPServerDisconnected, "the mail server broke off"),
    (smtplib.SMTPNotSupportedError, "the mail server cannot do what is needed"),
    (smtplib.SMTPException, "the mail server refused"),
    (ssl.SSLError, "no secure connection to the mail server"),
    (gaierror, "the name of the mail server is unknown"),
    (TimeoutError, "the mail server did not answer in time"),
    (ConnectionRefusedError, "no mail server answers there"),
    (OSError, "the mail server cannot be reached"),
    (Unreadable, "the request cannot be opened with the keys at hand"),
)
