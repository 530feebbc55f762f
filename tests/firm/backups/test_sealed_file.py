import json
from io import BytesIO

import pytest

from firm.backups import sealed_file
from firm.backups.keys import PUBLIC, SECRET, key_id, make_pair, public_of, read_key, unwrap, write_key
from firm.backups.problems import BackupError, Damaged
from firm.backups.sealed_file import MAGIC, SealedReader, SealedWriter

CHUNK = 64
TEXT = bytes(range(256)) * 2 + b"the end"


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(sealed_file, "CHUNK", CHUNK)


@pytest.fixture(scope="module")
def secret():
    return read_key(SECRET, make_pair()[1])


def sealed(text: bytes, *secrets: bytes) -> bytes:
    file = BytesIO()
    writer = SealedWriter(file, [public_of(secret) for secret in secrets])
    for at in range(0, len(text), 50):
        writer.write(text[at : at + 50])
    writer.close()
    return file.getvalue()


def opened(raw: bytes, secret: bytes) -> bytes:
    return SealedReader(BytesIO(raw), lambda keys: unwrap(keys, secret)).read(10_000)


def start_of_chunks(raw: bytes) -> int:
    return len(MAGIC) + 4 + int.from_bytes(raw[len(MAGIC) : len(MAGIC) + 4], "big")


# --- Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("bit", [1, 128])
def test_no_byte_can_be_changed(secret, bit):
    raw = sealed(TEXT, secret)
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
        with pytest.raises(BackupError):
            opened(changed, secret)


def test_nothing_can_be_cut_off_or_added(secret):
    raw = sealed(TEXT, secret)
    for end in range(len(raw)):
        with pytest.raises(Damaged):
            opened(raw[:end], secret)
    for more in (b"\0", raw[-1:], raw[start_of_chunks(raw) :], raw):
        with pytest.raises(Damaged):
            opened(raw + more, secret)


def test_no_chunk_can_be_moved_left_out_or_doubled(secret):
    raw = sealed(TEXT, secret)
    at, step = start_of_chunks(raw), CHUNK + sealed_file.TAG
    head, chunks = raw[:at], [raw[here : here + step] for here in range(at, len(raw), step)]
    assert len(chunks) == 9
    for other in (
        [chunks[1], chunks[0], *chunks[2:]],
        chunks[1:],
        chunks[:-1],
        [*chunks[:3], chunks[2], *chunks[3:]],
        [*chunks[:-2], chunks[-1], chunks[-2]],
    ):
        with pytest.raises(Damaged):
            opened(head + b"".join(other), secret)


def test_no_chunk_of_another_backup_for_the_same_key_fits(secret):
    one, two = sealed(TEXT, secret), sealed(TEXT, secret)
    at, step = start_of_chunks(one), CHUNK + sealed_file.TAG
    assert at == start_of_chunks(two)
    for mixed in (one[:at] + two[at:], one[: at + step] + two[at + step :]):
        with pytest.raises(Damaged):
            opened(mixed, secret)


def test_another_key_is_named_and_refused(secret):
    other = read_key(SECRET, make_pair()[1])
    with pytest.raises(BackupError, match=key_id(public_of(secret))) as raised:
        opened(sealed(TEXT, secret), other)
    assert key_id(public_of(other)) in str(raised.value)


def test_without_its_end_a_backup_is_refused(secret):
    file = BytesIO()
    writer = SealedWriter(file, [public_of(secret)])
    writer.write(TEXT)  # killed before close
    with pytest.raises(Damaged):
        opened(file.getvalue(), secret)


@pytest.mark.parametrize("raw", [b"", b"FIRMBAK", b"PK\x03\x04 and more than that", MAGIC + b"\xff\xff\xff\xff{}"])
def test_what_is_no_backup_is_refused(secret, raw):
    with pytest.raises(Damaged):
        opened(raw, secret)


@pytest.mark.parametrize(
    "header",
    [b"[]", b"{}", b'{"version": 1, "keys": 3}', b'{"version": 1, "keys": [{}]}', b'{"version": 2, "keys": []}'],
)
def test_an_odd_header_is_refused(secret, header):
    with pytest.raises(BackupError):
        opened(MAGIC + len(header).to_bytes(4, "big") + header, secret)


@pytest.mark.parametrize("name", ["ephemeral", "sealed"])
@pytest.mark.parametrize("value", ["", "zz", "00" * 32, "00" * 31])
def test_an_odd_key_in_the_header_is_refused(secret, name, value):
    raw = sealed(TEXT, secret)
    header = json.loads(raw[len(MAGIC) + 4 : start_of_chunks(raw)])
    header["keys"][0][name] = value
    changed = json.dumps(header).encode()
    with pytest.raises(Damaged):
        opened(MAGIC + len(changed).to_bytes(4, "big") + changed + raw[start_of_chunks(raw) :], secret)


# --- What works -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK])
def test_texts_of_all_sizes_come_back(secret, size):
    assert opened(sealed(TEXT[:size], secret), secret) == TEXT[:size]


def test_each_of_several_keys_opens(secret):
    other = read_key(SECRET, make_pair()[1])
    raw = sealed(TEXT, secret, other)
    assert opened(raw, secret) == opened(raw, other) == TEXT


def test_nothing_of_the_text_is_to_be_seen(secret):
    assert b"the end" not in sealed(b"the end" * 20, secret)


# --- Keys as people copy them -----------------------------------------------------------------------


def test_a_key_survives_spaces_case_and_missing_hyphens():
    public, secret = make_pair()
    assert read_key(PUBLIC, f" {public.upper().replace('-', ' ')}\n") == public_of(read_key(SECRET, secret.lower()))
    assert write_key(PUBLIC, read_key(PUBLIC, public)) == public


def test_one_wrong_letter_is_noticed_and_not_repeated():
    _, secret = make_pair()
    letters = [at for at, letter in enumerate(secret) if at > len(SECRET) and letter != "-"]
    for at in letters[:-1]:  # of the last letter, only some bits count
        wrong = secret[:at] + ("A" if secret[at] != "A" else "B") + secret[at + 1 :]
        with pytest.raises(BackupError) as raised:
            read_key(SECRET, wrong)
        assert wrong[-10:] not in str(raised.value)


@pytest.mark.parametrize("text", ["", "backup-public-", "AGE-SECRET-KEY-1", "BACKUP-SECRET-AAAA", "ü"])
def test_what_is_no_key_is_refused(text):
    for kind in (PUBLIC, SECRET):
        with pytest.raises(BackupError):
            read_key(kind, text)


def test_a_secret_key_is_not_taken_for_a_public_one():
    public, secret = make_pair()
    with pytest.raises(BackupError):
        read_key(PUBLIC, secret)
    with pytest.raises(BackupError):
        read_key(SECRET, public)
