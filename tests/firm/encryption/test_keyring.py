import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from firm.encryption.keyring import keyring, read_keys
from tests.firm.encryption.models import NEW, OLD

SHORT = base64.urlsafe_b64encode(bytes(31)).decode()


@pytest.mark.parametrize("text", [SHORT, "", "hunter2", NEW[:-2], NEW.replace("=", "!"), "é" * 44, None])
def test_what_is_no_key_is_refused_and_not_printed(text):
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS") as refusal:
        read_keys([OLD, text])
    assert OLD not in str(refusal.value)
    assert not text or text not in str(refusal.value)


def test_a_key_that_comes_twice_is_refused():
    with pytest.raises(ImproperlyConfigured, match="twice"):
        read_keys([NEW, OLD, NEW])


def test_a_ring_needs_a_key():
    with pytest.raises(ImproperlyConfigured, match="at least one"):
        read_keys([])


def test_the_setting_is_needed(settings):
    del settings.FIELD_ENCRYPTION_KEYS
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"):
        keyring()


def test_the_newest_comes_first():
    ring = read_keys([NEW, OLD])
    assert ring.newest.id == read_keys([NEW]).newest.id != read_keys([OLD]).newest.id


def test_a_key_is_found_by_its_id():
    ring = read_keys([NEW, OLD])
    assert [ring.find(key.id) for key in ring.keys] == list(ring.keys)
    assert ring.find("00000000") is None


def test_the_keys_to_encrypt_and_to_index_differ_from_the_secret_and_between_secrets():
    first, second = read_keys([NEW, OLD]).keys
    assert len({first.index, second.index, base64.urlsafe_b64decode(NEW), base64.urlsafe_b64decode(OLD)}) == 4
    nonce = bytes(12)
    ciphertext = first.cipher.encrypt(nonce, b"text", b"")
    for secret in (first.index, base64.urlsafe_b64decode(NEW)):
        assert type(first.cipher)(secret).encrypt(nonce, b"text", b"") != ciphertext


def test_nothing_secret_is_shown():
    ring = read_keys([NEW])
    assert repr(ring) == f"Keyring(keys=(<Key {ring.newest.id}>,))"


def test_the_keyring_is_cached_until_the_setting_changes():
    before = keyring()
    assert keyring() is before
    with override_settings(FIELD_ENCRYPTION_KEYS=[OLD]):
        assert keyring().newest.id != before.newest.id
    assert keyring().newest.id == before.newest.id
