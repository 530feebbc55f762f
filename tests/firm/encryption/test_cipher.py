import base64
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firm.encryption.cipher import BUCKETS, Place, Token, Unreadable, decrypt, encrypt, is_current, is_token
from firm.encryption.keyring import keyring
from tests.firm.encryption.models import MARKER, NEW, OLD

HERE = Place("firm.note.body", uuid.UUID(int=7))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#: Every character there is, NUL and lone surrogates included.
TEXTS = st.text(st.characters(codec=None, categories=None), max_size=400)


def raw(token: str) -> bytes:
    body = token.rsplit(".", 1)[1]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def with_raw(token: str, changed: bytes) -> str:
    return token.rsplit(".", 1)[0] + "." + base64.urlsafe_b64encode(changed).rstrip(b"=").decode()


def test_every_byte_is_guarded():
    token = encrypt(MARKER, HERE)
    for at in range(len(raw(token))):
        changed = bytearray(raw(token))
        changed[at] ^= 1
        with pytest.raises(Unreadable):
            decrypt(with_raw(token, bytes(changed)), HERE)


def test_every_character_is_guarded():
    token = encrypt(MARKER, HERE)
    for at, letter in enumerate(token):
        for other in {ALPHABET[(ALPHABET.find(letter) + 1) % 64], "!", ".", "\n", "é"} - {letter}:
            with pytest.raises(Unreadable):
                decrypt(token[:at] + other + token[at + 1 :], HERE)


def test_leftover_bits_of_the_last_character_make_no_second_spelling():
    token = encrypt(MARKER, HERE)
    twins = [token[:-1] + letter for letter in ALPHABET if raw(token[:-1] + letter) == raw(token)]
    assert len(twins) > 1
    assert [twin for twin in twins if twin != token and not refused(twin)] == []


def refused(token: str) -> bool:
    try:
        decrypt(token, HERE)
    except Unreadable:
        return True
    return False


def test_a_token_cut_short_anywhere_is_refused():
    token = encrypt(MARKER, HERE)
    assert [length for length in range(len(token)) if not refused(token[:length])] == []


@pytest.mark.parametrize("addition", ["A", "AAAA", "=", "\n", " ", "."])
def test_a_token_with_something_after_it_is_refused(addition):
    assert refused(encrypt(MARKER, HERE) + addition)


@pytest.mark.parametrize(
    "there", [HERE._replace(field="firm.note.hint"), HERE._replace(row_uuid=uuid.UUID(int=8))], ids=["field", "row"]
)
def test_a_token_moved_elsewhere_is_refused(there):
    with pytest.raises(Unreadable, match="another row or field"):
        decrypt(encrypt(MARKER, HERE), there)


def test_a_token_of_an_unknown_key_is_refused_and_the_key_named(keys):
    token, key_id = encrypt(MARKER, HERE), keyring().newest.id
    keys(OLD)
    with pytest.raises(Unreadable, match=f"no key has the id {key_id}"):
        decrypt(token, HERE)


def test_a_token_that_claims_another_known_key_is_refused(keys):
    keys(OLD)
    token, old = encrypt(MARKER, HERE), keyring().newest.id
    keys(NEW, OLD)
    with pytest.raises(Unreadable, match="changed"):
        decrypt(token.replace(old, keyring().newest.id), HERE)


@pytest.mark.parametrize("text", ["", "plain text", MARKER, "s2.00000000.AAAA", "s1.0000000.AAAA", "s1.00000000."])
def test_what_is_no_token_is_refused_and_not_shown(text):
    with pytest.raises(Unreadable, match="not an encrypted text") as refusal:
        decrypt(text, HERE)
    assert not is_token(text)
    assert MARKER not in str(refusal.value) + repr(refusal.value)


def test_a_refusal_says_where_and_carries_nothing_else(keys):
    with pytest.raises(Unreadable) as refusal:
        decrypt(encrypt(MARKER, HERE)[:-4] + "AAAA", HERE)
    assert str(refusal.value).startswith(f"firm.note.body of row {HERE.row_uuid} cannot be opened: ")
    assert refusal.value.__suppress_context__


def test_a_token_of_an_older_key_still_opens(keys):
    keys(OLD)
    token = encrypt(MARKER, HERE)
    assert is_current(token)
    keys(NEW, OLD)
    assert decrypt(token, HERE) == MARKER
    assert not is_current(token)


def test_the_same_text_is_encrypted_differently_each_time():
    assert len({encrypt(MARKER, HERE) for _ in range(100)}) == 100


def test_a_token_shows_format_and_key_and_nothing_of_the_text():
    token = encrypt(MARKER, HERE)
    assert isinstance(token, Token)
    assert token.split(".")[:2] == ["s1", keyring().newest.id]
    assert MARKER.encode() not in raw(token)


@given(text=TEXTS, number=st.uuids())
def test_any_text_comes_back(text, number):
    place = Place("firm.note.body", number)
    assert decrypt(encrypt(text, place), place) == text


@given(size=st.integers(0, 5000))
@settings(max_examples=200)
def test_the_length_says_the_bucket_alone(size):
    length = len(raw(encrypt("x" * size, HERE))) - 12 - 16
    assert length in BUCKETS or length % BUCKETS[-1] == 0
    assert length > size


def test_names_of_any_usual_length_are_equally_long():
    assert len({len(encrypt("x" * size, HERE)) for size in range(1, 64)}) == 1
