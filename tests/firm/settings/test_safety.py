"""What no server starts with, one by one."""

import base64
import secrets

import pytest
from pyrage.x25519 import Identity

from firm.settings.safety import is_weak, problems_in
from tests.firm.settings.test_production import SAFE, assert_refused, start

TESTS_SECRET = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"
ASCII_KEY = base64.urlsafe_b64encode(b"k3J-91xYzQ0pLmNvB7cDfGhT5rEw2uIo").decode()


def values(folder, **changed):
    """The settings of a server, changed."""
    known = {
        "SECRET_KEY": SAFE["SECRET_KEY"],
        "FIELD_ENCRYPTION_KEYS": [SAFE["FIELD_ENCRYPTION_KEYS"]],
        "SITE_URL": "https://law.example",
        "ALLOWED_HOSTS": ["law.example"],
        "TRUSTED_PROXIES": ["10.0.0.5", "192.168.0.0/16", "10.0.0.0/8", "fd00::/16"],
        "DATABASES": database(folder / "db.sqlite3"),
        "STATIC_ROOT": folder / "static",
        "MEDIA_ROOT": folder / "media",
        "BACKUP_DEST": "/mnt/backup/",
        "BACKUP_RECIPIENT": [str(Identity.generate().to_public())],
        "METRICS_TOKEN": "",
        "EMAIL_ADDRESS": "smtp+tls://user:word@mail.example:587",
    }
    return known | changed


def database(path):
    return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}}


def named(folder, environ=None, **changed) -> set[str]:
    """Return the variables that are named, each in one line, and none with its secret."""
    problems = problems_in(values(folder, **changed), environ or {})
    assert all(len(str(problem).splitlines()) == 1 for problem in problems)
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "METRICS_TOKEN", "BACKUP_RECIPIENT"):
        given = changed.get(name, [])
        for secret in [given] if isinstance(given, str) else given:
            assert not any(len(secret) > 3 and secret in str(problem) for problem in problems)
    return {problem.name for problem in problems}


def refused(folder, environ=None, **changed) -> str:
    """Return the one variable that is named."""
    (name,) = named(folder, environ, **changed)
    return name


def test_a_safe_server_starts(tmp_path):
    assert named(tmp_path, {"DEBUG": "no"}) == set()


def test_everything_unsafe_is_named_at_once(tmp_path):
    unsafe = {
        "SECRET_KEY": TESTS_SECRET,
        "FIELD_ENCRYPTION_KEYS": [ASCII_KEY],
        "SITE_URL": "http://law.example",
        "ALLOWED_HOSTS": ["*", "law.example"],
        "TRUSTED_PROXIES": ["0.0.0.0/0"],
        "METRICS_TOKEN": "x",
        "EMAIL_ADDRESS": "consolemail://",
        "DATABASES": postgresql("db.example"),
    }
    expected = {"DEBUG", "EMAIL_URL", "DATABASE_URL", *unsafe} - {"EMAIL_ADDRESS", "DATABASES"}
    assert named(tmp_path, {"DEBUG": "1"}, **unsafe) == expected


def postgresql(address: str, **options) -> dict:
    return {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": address, "OPTIONS": options}}


@pytest.mark.parametrize("host", ["db.example", "10.0.0.7", "localhost,db.example", "127.0.0.1.example", "2001:db8::1"])
@pytest.mark.parametrize("mode", [{}, {"sslmode": "disable"}, {"sslmode": "allow"}, {"sslmode": "prefer"}])
def test_postgresql_on_another_host_without_tls_is_refused(tmp_path, host, mode):
    assert refused(tmp_path, DATABASES=postgresql(host, **mode)) == "DATABASE_URL"


def test_a_host_among_the_options_is_no_way_around(tmp_path):
    assert refused(tmp_path, DATABASES=postgresql("", host="db.example")) == "DATABASE_URL"
    assert refused(tmp_path, DATABASES=postgresql("localhost", hostaddr="10.0.0.7")) == "DATABASE_URL"


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_postgresql_with_tls_is_accepted(tmp_path, mode):
    assert named(tmp_path, DATABASES=postgresql("db.example", sslmode=mode)) == set()


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "::1", "/run/postgresql"])
def test_postgresql_on_this_machine_needs_no_tls(tmp_path, host):
    assert named(tmp_path, DATABASES=postgresql(host)) == set()


@pytest.mark.parametrize("token", ["x", "short-one", "a" * 40, "abcabc" * 8, "changeme-7Hq2xLw9ZpTt5RbN3vKd"])
def test_a_weak_token_of_the_metrics_is_refused(tmp_path, token):
    assert refused(tmp_path, METRICS_TOKEN=token) == "METRICS_TOKEN"


def test_a_random_token_of_the_metrics_is_accepted(tmp_path):
    for token in ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c", "k3J-91xYzQ0pLmNvB7cDfGhT5rEw2uIo"):
        assert named(tmp_path, METRICS_TOKEN=token) == set()


@pytest.mark.parametrize(
    "key",
    [
        TESTS_SECRET,
        "x" * 60,
        "ab" * 40,
        "Xq7-" * 15,
        "k3J91xYzQ0pLmNvB7cDfGhT5" * 3,
        "".join(map(chr, range(40, 100))),
        "django-insecure-k3J91xYzQ0pLmNvB7cDfGhT5rEw2uIoS8aX4tRfVbN6m",
        "changeme-k3J91xYzQ0pLmNvB7cDfGhT5rEw2uIoS8aX4tRfVbN6m",
        "k3J91xYzQ0pLm-MySecretKey-NvB7cDfGhT5rEw2uIoS8aX4tRf",
        "k3J91xYzQ0pLmNvB-YOUR-SECRET-7cDfGhT5rEw2uIoS8aX4tRfVbN6m",
    ],
)
def test_a_weak_secret_is_refused(tmp_path, key):
    assert refused(tmp_path, SECRET_KEY=key) == "SECRET_KEY"


@pytest.mark.parametrize(
    "key",
    [
        base64.urlsafe_b64encode(b"0123456789abcdef0123456789abcdef").decode(),
        base64.urlsafe_b64encode(bytes(range(32))).decode(),
        base64.urlsafe_b64encode(bytes(range(200, 232))).decode(),
        base64.urlsafe_b64encode(b"\xff\x01\x80\x7f\x33\x90\xaa\x10" * 4).decode(),
        ASCII_KEY,
    ],
)
def test_a_weak_key_of_fields_is_refused(tmp_path, key):
    assert refused(tmp_path, FIELD_ENCRYPTION_KEYS=[SAFE["FIELD_ENCRYPTION_KEYS"], key]) == "FIELD_ENCRYPTION_KEYS"


def test_one_key_for_both_is_refused(tmp_path):
    key = SAFE["FIELD_ENCRYPTION_KEYS"]
    assert refused(tmp_path, SECRET_KEY=f"{key}-{secrets.token_urlsafe(8)}") == "FIELD_ENCRYPTION_KEYS"


def test_what_the_guide_makes_is_accepted():
    for _ in range(300):
        assert not is_weak(secrets.token_urlsafe(50))
        assert not is_weak(secrets.token_bytes(32))


@pytest.mark.parametrize("debug", ["1", "true", "yes", "on", "True", "please"])
def test_debugging_is_refused(tmp_path, debug):
    assert refused(tmp_path, {"DEBUG": debug}) == "DEBUG"


@pytest.mark.parametrize("hosts", [["*"], ["law.example", "*"], [".law.example"], [".com"], ["*.law.example"]])
def test_a_host_that_stands_for_others_is_refused(tmp_path, hosts):
    assert refused(tmp_path, ALLOWED_HOSTS=["law.example", *hosts]) == "ALLOWED_HOSTS"


@pytest.mark.parametrize("hosts", [["other.example"], ["www.law.example"], ["law.example.evil.example"]])
def test_the_sites_own_host_has_to_be_among_them(tmp_path, hosts):
    assert refused(tmp_path, ALLOWED_HOSTS=hosts) == "ALLOWED_HOSTS"


@pytest.mark.parametrize("proxy", ["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/2", "::/3"])
def test_believing_everybody_is_refused(tmp_path, proxy):
    assert refused(tmp_path, TRUSTED_PROXIES=["10.0.0.5", proxy]) == "TRUSTED_PROXIES"


@pytest.mark.parametrize("name", ["media/db.sqlite3", "static/a/db.sqlite3", "media/images/../db.sqlite3"])
def test_a_database_that_would_be_given_away_is_refused(tmp_path, name):
    assert refused(tmp_path, DATABASES=database(tmp_path / name)) == "DATABASE_URL"


@pytest.mark.parametrize(
    "address",
    ["consolemail://", "dummymail://", "memorymail://", "smtp://user:word@mail.example:25"],
)
def test_mail_that_reaches_nobody_or_tells_everybody_is_refused(tmp_path, address):
    assert refused(tmp_path, EMAIL_ADDRESS=address) == "EMAIL_URL"


@pytest.mark.parametrize(
    "address",
    [
        "smtp://localhost:25",
        "smtp://user:word@localhost:25",
        "smtp://mail.example:25",
        "smtp+ssl://u:w@mail.example:465",
    ],
)
def test_mail_that_gives_nothing_away_is_accepted(tmp_path, address):
    assert named(tmp_path, EMAIL_ADDRESS=address) == set()


@pytest.mark.parametrize(
    "recipients", [[], ["age1nothing"], ["ü"], [str(Identity.generate())]], ids=["none", "half", "no text", "secret"]
)
def test_backups_that_nobody_could_open_are_refused(tmp_path, recipients):
    assert refused(tmp_path, BACKUP_RECIPIENT=recipients) == "BACKUP_RECIPIENT"


def test_no_backups_need_no_recipient(tmp_path):
    assert named(tmp_path, BACKUP_DEST="", BACKUP_RECIPIENT=[]) == set()


def test_a_server_does_not_start_with_backups_that_nobody_could_open(tmp_path):
    assert_refused(start("import firm.settings.production", tmp_path, BACKUP_DEST="/mnt/backup/"), "BACKUP_RECIPIENT")


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASE_URL", "EMAIL_URL"])
@pytest.mark.parametrize(("mode", "is_refused"), [(0o604, True), (0o644, True), (0o600, False), (0o640, False)])
def test_a_secret_that_every_account_can_read_is_refused(tmp_path, name, mode, is_refused):
    file = tmp_path / "secret"
    file.write_text("k")
    file.chmod(mode)
    environ = {f"{name}_FILE": str(file)}
    if is_refused:
        assert refused(tmp_path, environ) == f"{name}_FILE"
    else:
        assert named(tmp_path, environ) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", TESTS_SECRET),
        ("FIELD_ENCRYPTION_KEYS", ASCII_KEY),
        ("DEBUG", "1"),
        ("ALLOWED_HOSTS", ".example"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("EMAIL_URL", "consolemail://"),
        ("DATABASE_URL", "postgres://user:password@db.example/law"),
        ("METRICS_TOKEN", "x"),
    ],
)
def test_the_process_ends(tmp_path, name, value):
    """The rules above are asked when a server starts."""
    assert_refused(start("import firm.settings.production", tmp_path, **{name: value}), name)
