import uuid

import pytest
from django.core.signing import TimestampSigner

from consultations.intake.form_timestamp import seconds_since, stamp

TOKEN = uuid.UUID(int=7)


@pytest.mark.parametrize(
    "stamped",
    [
        "",
        "x",
        ":::",
        "\ud800",
        "\x00",
        f"{TOKEN.hex}:1abcde:forged",
        TimestampSigner().sign(TOKEN.hex),
        TimestampSigner(salt="another").sign(TOKEN.hex),
        "x" * 10_000,
    ],
    ids=["empty", "one letter", "colons", "half a pair", "null", "forged", "no salt", "another salt", "long"],
)
def test_what_is_not_signed_for_this_is_unknown(stamped):
    assert seconds_since(stamped, TOKEN) is None


def test_the_time_of_another_form_is_unknown():
    assert seconds_since(stamp(uuid.UUID(int=8)), TOKEN) is None


def test_a_time_to_come_is_unknown(time_machine):
    time_machine.move_to("2027-01-31 12:00:00Z", tick=False)
    later = stamp(TOKEN)
    time_machine.move_to("2027-01-31 11:59:00Z", tick=False)
    assert seconds_since(later, TOKEN) is None


@pytest.mark.parametrize("seconds", [0, 2, 90, 100_000])
def test_seconds_between(time_machine, seconds):
    time_machine.move_to("2027-01-31 12:00:00Z", tick=False)
    stamped = stamp(TOKEN)
    time_machine.shift(seconds)
    assert seconds_since(stamped, TOKEN) == seconds


def test_nobody_is_taken_for_faster_than_they_were(time_machine):
    """The stamp has whole seconds only, so that it may err by one, in the sender's favour."""
    time_machine.move_to("2027-01-31 12:00:00.900Z", tick=False)
    stamped = stamp(TOKEN)
    time_machine.shift(3)
    assert 3 <= seconds_since(stamped, TOKEN) < 4
