"""Reads the environment, and ends the process with the variable's name when a needed one is missing or unsafe."""

import base64
import datetime
import ipaddress
import os
from pathlib import Path

import environ

#: The databases that the site is tested on.
DATABASES = ("sqlite", "postgres", "postgresql")
#: The size of a key that fields are encrypted with.
KEY_BYTES = 32


class SettingError(SystemExit):
    """Raised for a missing or unsafe variable; the process ends with status 1 and this one line on stderr."""

    def __init__(self, name: str, problem: str):
        self.name = name
        super().__init__(f"Configuration error: {name} {problem}")


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
            raise SettingError(name, f"must be from {least} to {most}, not {number}.")
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

    def email(self, name: str, default: str) -> dict:
        """Return Django's ``EMAIL_*`` settings for the URL in the variable."""
        url = self.text(name, default)
        try:
            return environ.Env.email_url_config(url)
        except (ValueError, KeyError, environ.ImproperlyConfigured) as error:
            raise SettingError(name, f"is not a mail URL such as smtp+tls://user:password@host:587: {error}") from None
