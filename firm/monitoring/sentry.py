"""Error reports to Sentry, where ``SENTRY_DSN`` is set: an error's type and its places in our code.

Reports are not scrubbed: each is built again from the few fields that it may contain.
"""

import logging

from firm.monitoring.log_format import causes, our_frames, place, request_id, type_of
from firm.monitoring.log_redaction import route_of

try:
    import sentry_sdk
except ImportError:  # of requirements-servers.txt; the settings refuse SENTRY_DSN without it
    sentry_sdk = None


def start(dsn: str, *, transport=None) -> None:
    """Start reporting logged errors. ``transport`` is for tests."""
    sentry_sdk.init(
        dsn=dsn,
        transport=transport,
        default_integrations=False,
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
        before_send=scrubbed,
    )


def stop() -> None:
    sentry_sdk.get_client().close(timeout=2)
    sentry_sdk.get_global_scope().set_client(None)


class ReportHandler(logging.Handler):
    """Reports every logged error, of requests and of the worker."""

    def emit(self, record: logging.LogRecord) -> None:
        """Send a report. Failing to do so never raises."""
        error = record.exc_info[1] if record.exc_info else None
        if sentry_sdk is None or error is None or not sentry_sdk.get_client().is_active():
            return
        try:
            route = route_of(request) if (request := getattr(record, "request", None)) is not None else ""
            sentry_sdk.capture_event({"level": "error"}, hint={"exc_info": record.exc_info, "route": route})
        except Exception:
            self.handleError(record)


def scrubbed(event: dict, hint: dict) -> dict | None:
    """Return a new report with nothing but the id and the time of the old one."""
    error = (hint.get("exc_info") or (None, None))[1]
    if error is None:
        return None
    tags = {"route": hint.get("route", ""), "request_id": request_id.get()}
    return {
        "event_id": event["event_id"],
        "timestamp": event["timestamp"],
        "platform": "python",
        "level": "error",
        "tags": {name: value for name, value in tags.items() if value},
        "exception": {"values": [_told(one) for one in reversed(causes(error))]},
    }


def _told(error: BaseException) -> dict:
    frames = [
        {"filename": place(frame).split(":")[0], "lineno": frame.lineno, "function": frame.name, "in_app": True}
        for frame in our_frames(error)
    ]
    return {"type": type_of(error), "stacktrace": {"frames": frames}} if frames else {"type": type_of(error)}
