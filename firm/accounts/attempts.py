"""One attempt at a secret: counted before it is looked at, refused with 429 during a pause, taken back on success."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.core.exceptions import ImmediateHttpResponse
from django.shortcuts import render
from django.utils import timezone

from firm.accounts import sign_in_log, throttle
from firm.accounts.throttle import Key


def begin(request, keys: Iterable[Key], *, account=None) -> datetime:
    """Count the attempt and return its time, for `throttle.forgive`; raise the 429 response during a pause.

    ``account`` is whose secret it is, or a function that finds out for the log.
    """
    now = timezone.now()
    wait = throttle.admit(keys, now)
    if wait:
        sign_in_log.note_held_up(account=account() if callable(account) else account, request=request)
        raise ImmediateHttpResponse(too_many(request, wait))
    return now


def too_many(request, wait: timedelta):
    """Return the response to attempts that are not looked at, with the seconds to wait (RFC 6585, section 4)."""
    response = render(request, "firm/accounts/wait.html", status=429)
    response.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
    return response
