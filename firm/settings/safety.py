"""What a server refuses to start with: each refusal names the variable, and none prints a secret."""

import base64
import ipaddress
import os
import stat
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from pyrage import RecipientError
from pyrage.x25519 import Recipient

from firm.settings.environment import SettingError

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
#: Networks larger than these are no network of ours.
LARGEST = {4: 8, 6: 16}


def refuse_unsafe(values: Mapping, environ: Mapping[str, str] = os.environ) -> None:
    """Raise `SettingError` for the first thing among the settings and the environment that no server may start with."""
    if environ.get("DEBUG", "").strip().lower() not in {"", "0", "false", "no", "off"}:
        raise SettingError("DEBUG", "must not be set on a server: there is no debugging there.")
    _refuse_readable_files(environ)
    _refuse_weak_keys(values["SECRET_KEY"], values["FIELD_ENCRYPTION_KEYS"])
    _refuse_addresses(values)
    _refuse_served_database(values)
    _refuse_mail(values["EMAIL_ADDRESS"])
    _refuse_backups_that_nobody_can_open(values)


def _refuse_readable_files(environ: Mapping[str, str]) -> None:
    for name in SECRETS:
        file = environ.get(f"{name}_FILE", "").strip()
        if file and Path(file).exists() and Path(file).stat().st_mode & stat.S_IROTH:
            raise SettingError(f"{name}_FILE", "can be read by every account of this machine: chmod o-rwx it.")


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


def _refuse_weak_keys(secret_key: str, field_keys: list[str]) -> None:
    if is_weak(secret_key):
        raise SettingError("SECRET_KEY", "is a sample or no random text; make one as docs/operations.md says.")
    for text in field_keys:
        key = base64.urlsafe_b64decode(text)
        if is_weak(key) or all(32 <= byte < 127 for byte in key):
            raise SettingError("FIELD_ENCRYPTION_KEYS", "lists a key that is a sample or not made of random bytes.")
        if text.rstrip("=") in secret_key or key.decode("latin-1") == secret_key:
            raise SettingError("FIELD_ENCRYPTION_KEYS", "must not be the SECRET_KEY: who finds one has not both.")


def _refuse_addresses(values: Mapping) -> None:
    site, hosts = urlsplit(values["SITE_URL"]), values["ALLOWED_HOSTS"]
    if site.scheme != "https":
        raise SettingError("SITE_URL", "must start with https:// on a server.")
    if any("*" in host or host.startswith(".") for host in hosts):
        raise SettingError("ALLOWED_HOSTS", "must name each host; a star or a leading dot would accept others.")
    if site.hostname not in {host.strip("[]").lower() for host in hosts}:
        raise SettingError("ALLOWED_HOSTS", f"must name the host of SITE_URL, {site.hostname}.")
    for entry in values["TRUSTED_PROXIES"]:
        network = ipaddress.ip_network(entry, strict=False)
        if network.prefixlen < LARGEST[network.version]:
            raise SettingError("TRUSTED_PROXIES", f"must list our own proxies: {entry} is everybody.")


def _refuse_served_database(values: Mapping) -> None:
    database = values["DATABASES"]["default"]
    if database["ENGINE"] != "django.db.backends.sqlite3":
        return
    file = Path(database["NAME"]).expanduser().resolve()
    for folder in (values["STATIC_ROOT"], values["MEDIA_ROOT"]):
        if file.is_relative_to(folder):
            raise SettingError("DATABASE_URL", "is a file in a folder whose files the site gives away.")


def _refuse_backups_that_nobody_can_open(values: Mapping) -> None:
    if values["BACKUP_DEST"] and not values["BACKUP_RECIPIENT"]:
        raise SettingError("BACKUP_RECIPIENT", "is not set, and BACKUP_DEST is: give the recipient of make_backup_key.")
    for text in values["BACKUP_RECIPIENT"]:
        try:
            Recipient.from_str(text)
        except RecipientError:
            raise SettingError("BACKUP_RECIPIENT", "must list age recipients (age1…), separated by commas.") from None


def _refuse_mail(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme in NO_MAIL:
        raise SettingError("EMAIL_URL", "sends no mail: the firm would not hear of requests.")
    is_local = parts.hostname in {None, "localhost", "127.0.0.1", "::1"}
    if parts.scheme == "smtp" and parts.password and not is_local:
        raise SettingError("EMAIL_URL", "would send its password in the open: use smtp+tls:// or smtp+ssl://.")
