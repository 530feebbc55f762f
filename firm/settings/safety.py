"""What a server refuses to start with: each problem names the variable, and none prints a secret."""

import base64
import ipaddress
import os
import stat
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from pyrage import RecipientError
from pyrage.x25519 import Recipient

from firm.settings.environment import SettingError, split_address

#: Parts of keys that come from samples and guides. Each is too long to stand in a random key by chance.
SAMPLES = (
    *("0123456", "123456789", "abcdefg", "change-me", "change_me", "changeme", "changethis", "default", "example"),
    *("insecure", "letmein", "only-for-tests", "password", "placeholder", "qwerty", "replace", "sample", "secret-key"),
    *("secret_key", "secretkey", "topsecret", "your-key", "your-secret"),
)
#: A random key of that length, or of 32 bytes, has more different characters than that.
DIFFERENT = 16
#: Variables whose files nobody but the site's account may read.
SECRETS = (
    *("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASE_URL", "EMAIL_URL", "SENTRY_DSN"),
    *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "CLOUDFLARE_API_TOKEN"),
)
#: Ways to send mail that send none.
NO_MAIL = {"consolemail", "dummymail", "memorymail"}
#: What libpq's ``sslmode`` is where nothing travels in the open.
ENCRYPTED = {"require", "verify-ca", "verify-full"}
#: The least length of the token that opens the metrics.
SHORTEST_TOKEN = 24
#: Networks larger than these are no network of ours.
LARGEST = {4: 8, 6: 16}


def problems_in(values: Mapping, environ: Mapping[str, str] = os.environ) -> list[SettingError]:
    """Return what no server may start with among the settings and the environment."""
    return [
        *_debugging(environ),
        *_readable_files(environ),
        *_weak_keys(values["SECRET_KEY"], values["FIELD_ENCRYPTION_KEYS"]),
        *_weak_token(values["METRICS_TOKEN"]),
        *_addresses(values),
        *_database(values),
        *_mail(values["EMAIL_ADDRESS"]),
        *_backups(values),
    ]


def _debugging(environ: Mapping[str, str]) -> Iterator[SettingError]:
    if environ.get("DEBUG", "").strip().lower() not in {"", "0", "false", "no", "off"}:
        yield SettingError("DEBUG", "must not be set on a server: there is no debugging there.")


def _readable_files(environ: Mapping[str, str]) -> Iterator[SettingError]:
    for name in SECRETS:
        file = environ.get(f"{name}_FILE", "").strip()
        if file and Path(file).exists() and Path(file).stat().st_mode & stat.S_IROTH:
            yield SettingError(f"{name}_FILE", "can be read by every account of this machine: chmod o-rwx it.")


def is_weak(secret: str | bytes) -> bool:
    """True for what no generator makes: few different characters, a piece again and again, a row, or a sample."""
    if len(set(secret)) < DIFFERENT or any(_repeats(secret, length) for length in range(1, len(secret) // 2 + 1)):
        return True
    numbers = [ord(one) for one in secret] if isinstance(secret, str) else list(secret)
    if len({later - earlier for earlier, later in pairwise(numbers)}) < DIFFERENT // 2:
        return True
    text = secret.lower() if isinstance(secret, str) else secret.decode("latin-1").lower()
    return any(sample in text for sample in SAMPLES)


def _repeats(secret: str | bytes, length: int) -> bool:
    return (secret[:length] * (len(secret) // length + 1))[: len(secret)] == secret


def _weak_keys(secret_key: str, field_keys: list[str]) -> Iterator[SettingError]:
    if is_weak(secret_key):
        yield SettingError("SECRET_KEY", "is a sample or no random text; make one as docs/operations.md says.")
    for text in field_keys:
        key = base64.urlsafe_b64decode(text)
        if is_weak(key) or all(32 <= byte < 127 for byte in key):
            yield SettingError("FIELD_ENCRYPTION_KEYS", "lists a key that is a sample or not made of random bytes.")
        if text.rstrip("=") in secret_key or key.decode("latin-1") == secret_key:
            yield SettingError("FIELD_ENCRYPTION_KEYS", "must not be the SECRET_KEY: who finds one has not both.")


def _addresses(values: Mapping) -> Iterator[SettingError]:
    site, hosts = split_address(values["SITE_URL"]), values["ALLOWED_HOSTS"]
    if site.scheme != "https":
        yield SettingError("SITE_URL", "must start with https:// on a server.")
    if any("*" in host or host.startswith(".") for host in hosts):
        yield SettingError("ALLOWED_HOSTS", "must name each host; a star or a leading dot would accept others.")
    if site.hostname and site.hostname not in {host.strip("[]").lower() for host in hosts}:
        yield SettingError("ALLOWED_HOSTS", f"must name the host of SITE_URL, {site.hostname}.")
    for entry in values["TRUSTED_PROXIES"]:
        network = ipaddress.ip_network(entry, strict=False)
        if network.prefixlen < LARGEST[network.version]:
            yield SettingError("TRUSTED_PROXIES", f"must list our own proxies: {entry} is everybody.")


def _weak_token(token: str) -> Iterator[SettingError]:
    is_sample = any(sample in token.lower() for sample in SAMPLES)  # hexadecimal digits are few, so not `is_weak`
    if token and (len(token) < SHORTEST_TOKEN or len(set(token)) < 8 or is_sample):
        yield SettingError("METRICS_TOKEN", f"is too weak: give at least {SHORTEST_TOKEN} random characters, or none.")


def _database(values: Mapping) -> Iterator[SettingError]:
    database = values["DATABASES"]["default"]
    if database["ENGINE"] != "django.db.backends.sqlite3":
        yield from _open_connection(database)
        return
    file = Path(database["NAME"]).expanduser().resolve()
    for folder in (values["STATIC_ROOT"], values["MEDIA_ROOT"]):
        if file.is_relative_to(folder):
            yield SettingError("DATABASE_URL", "is a file in a folder whose files the site gives away.")


def _backups(values: Mapping) -> Iterator[SettingError]:
    if values["BACKUP_DEST"] and not values["BACKUP_RECIPIENT"]:
        yield SettingError("BACKUP_RECIPIENT", "is not set, and BACKUP_DEST is: give the recipient of make_backup_key.")
    for text in values["BACKUP_RECIPIENT"]:
        try:
            Recipient.from_str(text)
        except RecipientError:
            yield SettingError("BACKUP_RECIPIENT", "must list age recipients (age1…), separated by commas.")


def _open_connection(database: Mapping) -> Iterator[SettingError]:
    """Every host has to be this machine, or its connection encrypted; ``prefer`` falls back to plain text."""
    options = database.get("OPTIONS", {})
    hosts = f"{options.get('hostaddr') or options.get('host') or database.get('HOST') or ''}".split(",")
    if options.get("sslmode") not in ENCRYPTED and not all(map(_is_here, hosts)):
        yield SettingError(
            "DATABASE_URL", "would send all data in the open: add ?sslmode=verify-full (at least require)."
        )


def _is_here(host: str) -> bool:
    """True for a Unix socket and for the loopback."""
    if host in {"", "localhost"} or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _mail(address: str) -> Iterator[SettingError]:
    parts = split_address(address)
    if parts.scheme in NO_MAIL:
        yield SettingError("EMAIL_URL", "sends no mail: the firm would not hear of requests.")
    is_local = parts.hostname in {None, "localhost", "127.0.0.1", "::1"}
    if parts.scheme == "smtp" and parts.password and not is_local:
        yield SettingError("EMAIL_URL", "would send its password in the open: use smtp+tls:// or smtp+ssl://.")
