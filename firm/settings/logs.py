"""How and what is logged, on standard error. See "Logs and watching" in docs/operations.md."""

from firm.settings.environment import Environment, SettingError

FORMATS = {"json": "firm.monitoring.log_format.JSONFormatter", "line": "firm.monitoring.log_format.LineFormatter"}


def logging_settings(env: Environment, *, reports: bool = False) -> dict:
    """Return Django's setting of that name; with ``reports``, errors are reported, too."""
    chosen = env.text("LOG_FORMAT", "json").lower()
    if chosen not in FORMATS:
        raise SettingError("LOG_FORMAT", f"must be one of {', '.join(FORMATS)}, not {chosen!r}.")
    console = {"class": "logging.StreamHandler", "formatter": "event", "filters": ["no_queries"]}
    sentry = {"class": "firm.monitoring.sentry.ReportHandler", "level": "ERROR", "filters": ["no_queries"]}
    handlers = {"console": console} | ({"sentry": sentry} if reports else {})
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": {"()": FORMATS[chosen]}},
        "filters": {"no_queries": {"()": "firm.monitoring.log_format.QueryFilter"}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": "INFO"},
        "loggers": {
            "django.server": {"handlers": ["console"], "propagate": False},
            "django.request": {"level": "ERROR"},  # the rest stands in the line that every request leaves
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django_tasks": {"level": "WARNING"},
            "django_tasks_db": {"level": "WARNING"},
            "fido2": {"level": "WARNING"},
            "modelsearch": {"level": "WARNING"},
            "wagtail": {"level": "WARNING"},
            "waitress.queue": {"level": "ERROR"},  # for each request that waits for a thread
        },
    }
