import smtplib
import socket
import ssl
from datetime import timedelta

import pytest

from consultations.mail.delivery_errors import ATTEMPTS, FIRST_PAUSE, JITTER, LONGEST_PAUSE, judge, pause_after
from firm.encryption.cipher import Unreadable

SECRET = b"550 no such user: jane.secret@example.com"


def refused(code: int, text: bytes = SECRET) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"jane.secret@example.com": (code, text)})


@pytest.mark.parametrize("code", [550, 551, 553])
@pytest.mark.parametrize("text", [b"no such user", b"5.1.1 no such user", b"5.1.10 null MX", b"5.2.1 disabled"])
def test_a_mailbox_that_is_not_there_is_the_recipient_s_fault(code, text):
    assert judge(refused(code, text)).of_recipient
    assert judge(refused(code, text)).words == f"refused the recipient ({code})"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, b"5.7.1 relaying denied"),
        (550, b"5.7.26 unauthenticated mail"),
        (550, b"5.1.8 bad sender's address"),
        (553, b"5.7.1 sender rejected"),
        (550, b"5.3.2 system not accepting mail"),
        (552, b"5.2.2 mailbox full"),
        (554, b"relay access denied"),
        (500, b"what?"),
        (530, b"authentication required"),
    ],
)
def test_policy_and_the_system_are_not_the_recipient_s_fault(code, text):
    assert not judge(refused(code, text)).of_recipient


OTHERS = [
    refused(421),
    refused(450),
    smtplib.SMTPAuthenticationError(535, SECRET),
    smtplib.SMTPSenderRefused(550, SECRET, "site@example.com"),
    smtplib.SMTPDataError(554, SECRET),
    smtplib.SMTPHeloError(500, SECRET),
    smtplib.SMTPConnectError(554, SECRET),
    smtplib.SMTPServerDisconnected(SECRET.decode()),
    smtplib.SMTPNotSupportedError(SECRET.decode()),
    smtplib.SMTPException(SECRET.decode()),
    ssl.SSLError(SECRET.decode()),
    socket.gaierror(SECRET.decode()),
    TimeoutError(SECRET.decode()),
    ConnectionRefusedError(SECRET.decode()),
    OSError(SECRET.decode()),
    Unreadable("email", SECRET.decode()),
    ValueError(SECRET.decode()),
]


@pytest.mark.parametrize("error", OTHERS, ids=lambda error: type(error).__name__)
def test_nothing_else_is_the_recipient_s_fault(error):
    assert not judge(error).of_recipient


@pytest.mark.parametrize("error", [refused(550), *OTHERS], ids=lambda error: type(error).__name__)
def test_not_a_word_of_the_server_s_is_kept(error):
    words = judge(error).words
    assert words
    assert len(words) <= 120
    assert "secret" not in words.lower()
    assert "@" not in words


def test_errors_are_told_apart():
    assert len({judge(error).words for error in OTHERS}) == len(OTHERS)


def test_no_pause_is_longer_than_what_is_promised_after_an_outage():
    assert pause_after(1, 0) == FIRST_PAUSE == timedelta(minutes=1)
    assert pause_after(ATTEMPTS, 0) == LONGEST_PAUSE < timedelta(minutes=5)


def test_pauses_never_shrink():
    pauses = [pause_after(attempts, 0.5) for attempts in range(1, 40)]
    assert pauses == sorted(pauses)


@pytest.mark.parametrize("attempts", [1, 5, ATTEMPTS, 10_000])
def test_chance_only_shortens_a_pause_and_only_by_so_much(attempts):
    longest = pause_after(attempts, 0)
    assert longest * (1 - JITTER) == pause_after(attempts, 1) < pause_after(attempts, 0.5) < longest


@pytest.mark.parametrize("chance", [0, 1])
def test_all_attempts_together_take_more_than_a_day(chance):
    total = sum((pause_after(attempts, chance) for attempts in range(1, ATTEMPTS)), timedelta())
    assert timedelta(hours=29) < total < timedelta(hours=41)
