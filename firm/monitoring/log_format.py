"""Log lines: one event each, as JSON on servers and readable elsewhere; without personal data.

An error is logged by its type and its places in our code, never by its message: messages of a database contain values.
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from firm.monitoring.log_redaction import clean_path

#: The request, or the task of the worker, that a line belongs to.
request_id: ContextVar[str] = ContextVar("request_id", default="")
task_id: ContextVar[str] = ContextVar("task_id", default="")
ROOT = Path(__file__).resolve().parent.parent.parent
_QUERY = re.compile(r"""(/[^\s?"'<>]*)\?[^\s"'<>]+""")
_ADDRESS = re.compile(r"[^\s@<>\"'=,;:]+@[\w.-]+")
_IPV4 = re.compile(r"\b(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\b")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}(?![\w:])")
_PATH = re.compile(r"(?<![\w.])/[^\s\"'<>]*")
#: Loggers whose messages contain request paths.
_WITH_PATHS = ("django.", "waitress")


def scrub(message: str, logger: str = "") -> str:
    """Return a message without query strings, e-mail addresses and full IP addresses; Django's also without paths that
    may hold secrets.
    """
    if "?" in message:
        message = _QUERY.sub(r"\1", message)
    if "@" in message:
        message = _ADDRESS.sub("[e-mail]", message)
    if logger.startswith(_WITH_PATHS):
        message = _PATH.sub(lambda found: clean_path(found[0]), message)
    return _IPV6.sub("[IPv6]", _IPV4.sub(r"\1.0/24", message))


class QueryFilter(logging.Filter):
    """Redacts every log line; drops none."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        scrubbed = scrub(message, record.name)
        if scrubbed != message:
            record.msg, record.args = scrubbed, ()
        return True


def causes(error: BaseException) -> list[BaseException]:
    """Return an error and its causes, itself first."""
    found = []
    while error is not None and error not in found and len(found) < 5:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def our_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Return the frames of our own code that an error passed, outermost first, without source lines and values."""
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    return [frame for frame in frames if _is_ours(Path(frame.filename))]


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(ROOT) and not {".venv", "site-packages"} & set(path.relative_to(ROOT).parts)


def place(frame: traceback.FrameSummary) -> str:
    """Return where a frame is: ``firm/views.py:12 serve_page``."""
    return f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno} {frame.name}"


def type_of(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def fields_of(record: logging.LogRecord) -> dict:
    """Return a line's fields: request, task, the caller's ``fields``, the error."""
    fields = {"request": request_id.get(), "task": task_id.get()}
    fields = {name: value for name, value in fields.items() if value} | getattr(record, "fields", {})
    if record.exc_info and record.exc_info[1] is not None:
        chain = causes(record.exc_info[1])
        fields["error"] = [type_of(error) for error in chain]
        fields["at"] = [place(frame) for frame in our_frames(chain[-1]) or our_frames(chain[0])]
    return fields


class JSONFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "level": record.levelname, "logger": record.name, "event": record.getMessage()}
        return json.dumps(line | fields_of(record), ensure_ascii=False, default=str)


class LineFormatter(logging.Formatter):
    """One readable line for each event; with DEBUG, errors with their whole traceback."""

    def format(self, record: logging.LogRecord) -> str:
        if settings.DEBUG and record.exc_info:
            return super().format(record)
        fields = " ".join(f"{name}={_short(value)}" for name, value in fields_of(record).items())
        return f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()} {fields}".rstrip()


def _short(value) -> str:
    return " < ".join(map(str, value)) if isinstance(value, list) else str(value)
