"""Where error reports go, if anywhere."""

from importlib.util import find_spec

from firm.settings.environment import Environment, SettingError, split_address


def report_address(env: Environment) -> str:
    """Return the DSN of Sentry; the empty text for none."""
    dsn = env.text("SENTRY_DSN", "")
    if not dsn:
        return ""
    parts = split_address(dsn)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.username
        or not parts.path.strip("/").split("/")[-1].isdigit()
    ):
        raise SettingError("SENTRY_DSN", "is no address such as https://key@sentry.example.com/1.")
    if find_spec("sentry_sdk") is None:
        raise SettingError("SENTRY_DSN", "needs the package sentry-sdk: install requirements-servers.txt.")
    return dsn
