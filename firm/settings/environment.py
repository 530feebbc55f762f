"""Reads the environment, and ends the process with the variable's name when a needed one is missing or unsafe."""

import base64
import datetime
import ipaddress
import os
from collections.abc import Callable, Iterable
from email.utils import getaddresses
from functools import partial
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

#: The databases that the site is tested on.
DATABASES = ("sqlite", "postgres", "postgresql")
#: The size of a key that fields are encrypted with.
KEY_BYTES = 32


class SettingError(SystemExit):
    """Raised for a missing or unsafe variable; the process ends with status 1 and this one line on stderr."""

    def __init__(self, name: str, problem: str):
        self.name = name
        super().__init__(f"Configuration error: {name} {problem}")


def split_address(address: str) -> SplitResult:
    """Return the parts of a URL; empty ones for what is none, such as one whose port is no number."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 (raises)
    except ValueError:
        return urlsplit("")
    return parts


class SettingErrors(SystemExit):
    """Raised for all problems together; the process ends with status 1 and a line for each on stderr."""

    def __init__(self, problems: Iterable[SettingError]):
        first = {problem.name: str(problem) for problem in reversed(list(problems))}
        super().__init__("\n".join(reversed(first.values())))


class Environment:
    """The environment of this process; every reader names the variable when it cannot be used."""

    def __init__(self) -> None:
        self.env = environ.Env()

    def text(self, name: str, default: str | None = None) -> str:
        """Return the variable, or ``default``; raise `SettingError` when there is neither."""
        value = self._given(name) or default
        if value is None:
            raise SettingError(name, "is not set. See docs/operations.md for what it is for.")
        return value

    def _given(self, name: str) -> str:
        """The variable, else what is in the file that the variable of the same name with ``_FILE`` names."""
        value, file = self.env.str(name, default="").strip(), os.environ.get(f"{name}_FILE", "").strip()
        if not file:
            return value
        if value:
            raise SettingError(name, f"is given twice: {name}_FILE is set, too.")
        try:
            return Path(file).read_text().strip()
        except (OSError, ValueError) as error:
            raise SettingError(f"{name}_FILE", f"cannot be read: {type(error).__name__}.") from None

    def flag(self, name: str, default: bool = False) -> bool:
        """Return whether the variable says yes: ``1``, ``true``, ``yes``, ``on`` or their opposites."""
        value = self.text(name, str(default)).lower()
        if value not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
            raise SettingError(name, f"must be yes or no, not {value!r}.")
        return value in {"1", "true", "yes", "on"}

    def secret(self, name: str, *, length: int = 32) -> str:
        """Return a secret of at least ``length`` characters that is not one of the well-known samples."""
        value = self.text(name)
        if len(value) < length or len(set(value)) < 8:
            raise SettingError(name, f"is too weak: give at least {length} random characters.")
        if value.startswith("django-insecure-"):
            raise SettingError(name, "is one of the insecure samples; make a random one.")
        return value

    def items(self, name: str, default: str | None = None) -> list[str]:
        """Return a comma-separated variable as a list without empty entries."""
        return [item.strip() for item in self.text(name, default).split(",") if item.strip()]

    def networks(self, name: str) -> list[str]:
        """Return a comma-separated list of addresses and networks (``10.0.0.0/8``)."""
        entries = self.items(name, "")
        for entry in entries:
            try:
                ipaddress.ip_network(entry, strict=False)
            except ValueError:
                raise SettingError(name, f"must list addresses or networks, not {entry!r}.") from None
        return entries

    def keys(self, name: str) -> list[str]:
        """Return keys of 32 random bytes, each in url-safe base64, newest first. No refusal prints one."""
        texts, keys = self.items(name), set()
        for text in texts:
            try:
                key = base64.b64decode(text, altchars=b"-_", validate=True)
            except ValueError:
                key = b""
            if len(key) != KEY_BYTES or len(set(key)) < 8:
                raise SettingError(name, f"must list keys of {KEY_BYTES} random bytes in url-safe base64.")
            if key in keys:
                raise SettingError(name, "lists a key twice.")
            keys.add(key)
        if not texts:
            raise SettingError(name, "lists no key.")
        return texts

    def number(self, name: str, default: int, *, least: int | None = None, most: int | None = None) -> int:
        """Return a whole number, within bounds where there are any."""
        value = self.text(name, str(default))
        try:
            number = int(value)
        except ValueError:
            raise SettingError(name, f"must be a whole number, not {value!r}.") from None
        if (least is not None and number < least) or (most is not None and number > most):
            bounds = f"{least} or more" if most is None else f"from {least} to {most}"
            raise SettingError(name, f"must be {bounds}, not {number}.")
        return number

    def file(self, name: str) -> str:
        """Return the path of a file that can be read; nothing when none is named."""
        path = self.text(name, "")
        if path and not os.access(path, os.R_OK):
            raise SettingError(name, f"names no file that can be read: {path!r}.")
        return path

    def time(self, name: str, default: str) -> datetime.time:
        """Return a time of the day, such as ``02:30``."""
        value = self.text(name, default)
        try:
            return datetime.datetime.strptime(value, "%H:%M").time()
        except ValueError:
            raise SettingError(name, f"must be a time such as 02:30, not {value!r}.") from None

    def database(self, name: str, default: str) -> dict:
        """Return Django's database dictionary for the URL in the variable."""
        url = self.text(name, default)
        if url.partition("://")[0] not in DATABASES:
            raise SettingError(name, "is not a database URL such as postgres://user:password@host:5432/name.")
        try:
            return environ.Env.db_url_config(url)
        except (ValueError, KeyError, environ.ImproperlyConfigured) as error:
            raise SettingError(name, f"is not a database URL: {error}") from None

    def site(self, name: str) -> str:
        """Return the address of a site, without a slash at its end."""
        value = self.text(name).rstrip("/")
        parts = split_address(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingError(name, f"must be an address such as https://www.example.com, not {value!r}.")
        return value

    def sender(self, name: str, default: str) -> str:
        """Return an address to send mail from, with or without a name: ``The firm <desk@example.com>``."""
        value = self.text(name, default)
        if value == default:
            return value
        found = [address for _, address in getaddresses([value])]
        try:
            validate_email(found[0] if len(found) == len(value.splitlines()) == 1 else "")
        except ValidationError:
            raise SettingError(name, f"must be an address such as desk@example.com, not {value!r}.") from None
        return value

    def email(self, name: str, default: str) -> dict:
        """Return Django's ``EMAIL_*`` settings for the URL in the variable."""
        url = self.text(name, default)
        try:
            return environ.Env.email_url_config(url)
        except (ValueError, KeyError, environ.ImproperlyConfigured) as error:
            raise SettingError(name, f"is not a mail URL such as smtp+tls://user:password@host:587: {error}") from None


#: What a reader returns in place of a variable that cannot be used, until the process ends for it.
STAND_INS = {
    "text": "",
    "flag": False,
    "secret": "",
    "items": [],
    "networks": [],
    "keys": [],
    "number": 1,
    "file": "",
    "time": datetime.time(),
    "database": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "site": "",
    "sender": "",
    "email": {},
}


class CollectingEnvironment(Environment):
    """Goes on after a problem, so that all of them can be named at once: `check` ends the process for them."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[SettingError] = []
        for name, stand_in in STAND_INS.items():
            setattr(self, name, partial(self.attempt, getattr(self, name), stand_in))

    def attempt(self, reader: Callable, stand_in, *args, **kwargs):
        """Return what ``reader`` returns; ``stand_in``, with the problem noted, when it raises `SettingError`."""
        try:
            return reader(*args, **kwargs)
        except SettingError as problem:
            self.problems.append(problem)
            return stand_in

    def check(self) -> None:
        """Raise `SettingErrors` when anything was wrong: the first problem of each variable."""
        if self.problems:
            raise SettingErrors(self.problems)
