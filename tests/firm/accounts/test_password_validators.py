"""Long, unknown, and otherwise as one likes."""

import hashlib
import random

import pytest
from django.contrib.auth.hashers import get_hasher, identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from firm.accounts.password_validators import is_listed
from tests import factories

GOOD = [
    "tangerine-lantern-91-harbour",
    "correct horse battery staple",
    "zufälliger Pfad über Dächer",
    "я люблю длинные пароли",
    "kq7 v2m xw9 tbn4 hzr",
    "839201746501928",
    "aaaa bbbb cccc dddd eeee ffff gggg",
    "🐢🦊🐝🦉🐙🦔🐳🦩🐌🦚🐞🦦🐧🦜🐢",
    "x7" + "Gq Lw 4z " * 3 + "no repetition at all",
    "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=128)),
    "".join(random.Random(2).choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=1000)),
]
SHORT = ["", "fourteen chars", "Tr0ub4dor&3", "k7#Qz!pL9$wX2v"]
PATTERNS = [
    "aaaaaaaaaaaaaaaaaa",
    "abcabcabcabcabcabc",
    "passwordpassword",
    "password12345678",
    "123456789012345",
    "987654321098765",
    "qwertyuiopasdfgh",
    "abcdefghijklmnop",
    "iloveyou iloveyou",
    "letmeinletmein123",
    "QWERTYUIOPasdfghjkl",
    "sunshineprincess",
    "!!!sunshineprincess2026!!!",
]
OWN_WORDS = [
    "criminaldefense2026",
    "Margaret-Hale-1975",
    "lawyerlawyerlawyer",
    "MargaretAdmin2026!!",
    "new york attorney 1",
    "margaret@example.com",
]


def account():
    return factories.UserFactory.build(
        username="mhale", first_name="Margaret", last_name="Hale", email="margaret@example.com"
    )


def codes(password) -> set[str]:
    try:
        validate_password(password, account())
    except ValidationError as error:
        return {one.code for one in error.error_list}
    return set()


@pytest.mark.django_db
@pytest.mark.parametrize("password", GOOD)
def test_a_long_one_of_any_characters_is_taken(password):
    assert codes(password) == set()
    assert identify_hasher(make_password(password))


@pytest.mark.django_db
@pytest.mark.parametrize("password", SHORT)
def test_fifteen_characters_are_the_least(password):
    assert "password_too_short" in codes(password)


@pytest.mark.django_db
@pytest.mark.parametrize("password", PATTERNS)
def test_patterns_and_common_ones_joined_are_refused(password):
    assert "password_guessed" in codes(password)


@pytest.mark.django_db
@pytest.mark.parametrize("password", OWN_WORDS)
def test_what_everybody_knows_is_no_password(password):
    assert codes(password) & {"password_guessed", "password_too_similar"}


def test_the_firms_name_is_no_password(home):
    from firm.models import FirmSettings

    FirmSettings.objects.update(firm_name="Ashgrove Penhaligon")
    assert "password_guessed" in codes("ashgrovepenhaligon1")
    assert "password_guessed" in codes("Penhaligon!Ashgrove")


@pytest.fixture
def breached(tmp_path):
    """A file as it is downloaded: a thousand digests in order."""
    known = sorted(hashlib.sha1(f"quince lantern drizzle {n}".encode()).hexdigest().upper() for n in range(1000))
    path = tmp_path / "pwned.txt"
    path.write_bytes(b"".join(f"{digest}:{n}\r\n".encode() for n, digest in enumerate(known)))
    return path


def test_every_line_of_the_file_is_found_and_nothing_else(breached):
    assert all(is_listed(breached, f"quince lantern drizzle {n}") for n in range(1000))
    assert not any(is_listed(breached, f"another word number {n}") for n in range(1000))


@pytest.mark.parametrize("text", ["", "\n", "{0}", "{0}:5", "{0}:5\n", "{0}:5\r\n", "{1}\n{0}:1"])
def test_files_of_any_shape_are_read(tmp_path, text):
    digest = hashlib.sha1(b"one").hexdigest().upper()
    (tmp_path / "list").write_text(text.format(digest, "0" * 40))
    assert is_listed(tmp_path / "list", "one") is ("{0}" in text)
    assert not is_listed(tmp_path / "list", "two")


def test_few_reads_are_enough(breached, monkeypatch):
    opened, original = [], type(breached).open

    def watched(self, *args):
        file = original(self, *args)
        readline = file.readline

        class Watched:
            def __enter__(self):
                return self

            def __exit__(self, *args):
                file.close()

            def __getattr__(self, name):
                return getattr(file, name)

            def readline(self):
                opened.append(1)
                return readline()

        return Watched()

    monkeypatch.setattr(type(breached), "open", watched)
    is_listed(breached, "not in the list")
    assert 0 < len(opened) <= 40


@pytest.mark.django_db
def test_a_password_from_a_breach_is_refused_and_without_a_file_none_is(settings, breached):
    assert codes("quince lantern drizzle 7") == set()
    settings.BREACHED_PASSWORDS = str(breached)
    assert codes("quince lantern drizzle 7") == {"password_breached"}
    assert codes(GOOD[0]) == set()


def test_passwords_are_hashed_with_scrypt_as_owasp_has_it(settings):
    from firm.settings import base

    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    encoded = make_password("x" * 15)
    assert encoded.split("$")[0] == "scrypt"
    decoded = get_hasher("scrypt").decode(encoded)
    assert (decoded["work_factor"], decoded["block_size"], decoded["parallelism"]) == (2**14, 8, 5)
