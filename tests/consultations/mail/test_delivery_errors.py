import smtplib
import socket
import ssl
from datetime import timedelta

import pytest

from consultations.mail.delivery_errors import ATTEMPTS, FIRST_PAUSE, JITTER, LONGEST_PAUSE, judge, pause_after
from firm.encryption.cipher import Unreadable

SECRET = b"550 no such user: jane.secret@example.com"


def refused(code: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"jane.secret@example.com": (code, SECRET)})


@pytest.mark.parametrize("code", [500, 550, 554, 599])
def test_a_recipient_refused_for_good_is_final(code):
    assert judge(refused(code)).is_final
    assert judge(refused(code)).words == f"refused the recipient ({code})"


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
def test_everything_else_is_tried_again(error):
    assert not judge(error).is_final


@pytest.mark.parametrize("error", [refused(550), *OTHERS], ids=lambda error: type(error).__name__)
def test_not_a_word_of_the_server_s_is_kept(error):
    words = judge(error).words
    assert words
    assert len(words) <= 120
    assert "secret" not in words.lower()
    assert "@" not in words


def test_errors_are_told_apart():
    assert len({judge(error).words for error in OTHERS}) == len(OTHERS)


def test_the_first_pause_is_a_minute_and_the_longest_six_hours():
    assert pause_after(1, 0) == FIRST_PAUSE == timedelta(minutes=1)
    assert pause_after(ATTEMPTS, 0) == LONGEST_PAUSE == timedelta(hours=6)


def test_pauses_never_shrink():
    pauses = [pause_after(attempts, 0.5) for attempts in range(1, 40)]
    assert pauses == sorted(pauses)


@pytest.mark.parametrize("attempts", [1, 5, ATTEMPTS, 10_000])
def test_chance_only_shortens_a_pause_and_only_by_so_much(attempts):
    longest = pause_after(attempts, 0)
    assert longest * (1 - JITTER) == pause_after(attempts, 1) < pause_after(attempts, 0.5) < longest


@pytest.mark.parametrize("chance", [0, 1])
def test_all_attempts_together_take_a_day_and_a_half_to_two(chance):
    total = sum((pause_after(attempts, chance) for attempts in range(1, ATTEMPTS)), timedelta())
    assert timedelta(hours=35) < total < timedelta(hours=48)
