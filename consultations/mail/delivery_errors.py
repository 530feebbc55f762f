"""Classifies delivery errors: pure functions. A server's answer may quote an address, so only its code is stored."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from socket import gaierror

from firm.encryption.cipher import Unreadable

#: With the longest pause, everything is sent within five minutes after the mail server works again.
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = timedelta(minutes=1), timedelta(minutes=4), 2
#: After so many attempts, which the pauses spread over 30 to 40 hours, a message is given up.
ATTEMPTS = 600
#: A worker that dies while it sends a message counts as many attempts.
ATTEMPTS_OF_A_DEATH = 46
#: The random part of a pause, so that messages that failed together are not always tried together.
JITTER = 0.25
#: A refused recipient counts as final from this attempt on, minutes after the first, and only while the server accepts
#: other mail: a server that refuses everybody has a fault of its own.
BELIEVED_AFTER, TAKES_MAIL_WITHIN = 4, timedelta(minutes=5)
#: Codes of a refused recipient (RFC 5321, 4.2.3), and the enhanced codes (RFC 3463) about the mailbox, not about the
#: sender, policy or the system.
_NO_MAILBOX = {550, 551, 553}
_ENHANCED = re.compile(rb"5\.\d{1,3}\.\d{1,3}")
_OF_MAILBOX = {b"5.1.0", b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1"}


@dataclass(frozen=True)
class Failure:
    """Why a message was not sent, in our words; ``of_recipient`` when the server says that there is no mailbox."""

    words: str
    of_recipient: bool = False


def pause_after(attempts: int, chance: float) -> timedelta:
    """Return how long to wait after the ``attempts``-th failure (from 1); ``chance`` is between 0 and 1."""
    # The exponent is bounded so that the product fits into a timedelta.
    pause = min(FIRST_PAUSE * GROWTH ** min(attempts - 1, 10), LONGEST_PAUSE)
    return pause * (1 - JITTER * chance)


def judge(error: Exception) -> Failure:
    """Classify an error. Authentication, sender, policy and connection errors are not about the recipient."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = max(error.recipients.values(), default=(0, b""), key=lambda answer: int(answer[0]))
        if int(code) >= 500:
            return Failure(f"refused the recipient ({int(code)})", of_recipient=_says_no_mailbox(int(code), text))
        return Failure(f"put the recipient off ({int(code)})")
    if isinstance(error, smtplib.SMTPResponseException):
        return Failure(f"{_words(error, _REFUSALS, 'the mail server refused')} ({int(error.smtp_code)})")
    return Failure(_words(error, _ERRORS, f"error ({type(error).__name__[:60]})"))


def _says_no_mailbox(code: int, text: bytes | str) -> bool:
    found = _ENHANCED.match(text if isinstance(text, bytes) else text.encode("ascii", "replace"))
    return code in _NO_MAILBOX and (found is None or found[0] in _OF_MAILBOX)


def _words(error: Exception, table: tuple, default: str) -> str:
    return next((words for kind, words in table if isinstance(error, kind)), default)


_REFUSALS = (
    (smtplib.SMTPAuthenticationError, "the mail server refused our password"),
    (smtplib.SMTPSenderRefused, "refused our own address"),
    (smtplib.SMTPDataError, "refused the message"),
)
#: The first that fits applies, so narrower types come first.
_ERRORS = (
    (smtplib.SMTPServerDisconnected, "the mail server broke off"),
    (smtplib.SMTPNotSupportedError, "the mail server cannot do what is needed"),
    (smtplib.SMTPException, "the mail server refused"),
    (ssl.SSLError, "no secure connection to the mail server"),
    (gaierror, "the name of the mail server is unknown"),
    (TimeoutError, "the mail server did not answer in time"),
    (ConnectionRefusedError, "no mail server answers there"),
    (OSError, "the mail server cannot be reached"),
    (Unreadable, "the request cannot be opened with the current keys"),
)
