"""What it means that a message could not be sent: pure functions of the error, without a word of the server's.

What a server answers may quote the person's address; only its code is kept.
"""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from socket import gaierror

from firm.encryption.cipher import Unreadable

#: After so many attempts, which the pauses spread over nearly two days, a message is given up.
ATTEMPTS = 13
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = timedelta(minutes=1), timedelta(hours=6), 4
#: By how much chance may shorten a pause, so that what failed together is not tried together for ever.
JITTER = 0.25


@dataclass(frozen=True)
class Failure:
    """Why a message was not sent, in words of ours; ``is_final`` when another attempt cannot succeed."""

    words: str
    is_final: bool = False


def pause_after(attempts: int, chance: float) -> timedelta:
    """Return how long to wait after the ``attempts``-th failure (from 1); ``chance`` is between 0 and 1."""
    # The exponent is bounded, for the power must not outgrow a time span.
    pause = min(FIRST_PAUSE * GROWTH ** min(attempts - 1, 10), LONGEST_PAUSE)
    return pause * (1 - JITTER * chance)


def judge(error: Exception) -> Failure:
    """Return what an error means. Only a refusal of the recipient for good (5yz; RFC 5321, 4.2.1) is final."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((int(answer[0]) for answer in error.recipients.values()), default=0)
        if code >= 500:
            return Failure(f"refused the recipient ({code})", is_final=True)
        return Failure(f"put the recipient off ({code})")
    if isinstance(error, smtplib.SMTPResponseException):
        return Failure(f"{_refusal(error)} ({int(error.smtp_code)})")
    return Failure(next((words for kind, words in _WORDS if isinstance(error, kind)), f"error ({_name(error)})"))


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
