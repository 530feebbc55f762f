"""What is public now, by a name that changes with every change; and what each process has worked out of it.

Everything is cached under the name of the state that it was worked out in, so nothing can be out of date, and no code
has to say what depends on what. `firm.page_cache.invalidation` has the database note the changes.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import Error, connection
from django.utils import timezone

#: The key in a request's WSGI environment of the state that it began in.
STATE = "firm.public_state"
#: How long a process may go without asking for the state again, in seconds.
STATE_SECONDS = 0.1
#: The most values that the process cache holds.
MAX_VALUES = 500
READ = "SELECT MAX(id), COUNT(id), MAX(count) FROM firm_publicchange"


def read_state() -> str | None:
    """Return the database's name of what is public now; None when it has none. Raises `django.db.Error`.

    Numbers alone would not do on PostgreSQL, where a lower one may be committed after a higher one: the number of
    rows rises with it all the same. The day is part of it, since pages show the year.
    """
    with connection.cursor() as cursor:
        cursor.execute(READ)
        last, rows, count = cursor.fetchone()
    if connection.vendor == "sqlite" and not rows:
        return None
    return f"{timezone.localdate():%Y%m%d}-{last}-{rows}-{count}"


class StateReader:
    """The state as a process knows it, read again when it is older than `STATE_SECONDS`."""

    def __init__(self, read=read_state, clock=time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._known: tuple[float, str | None] = (float("-inf"), None)

    def state(self) -> str | None:
        """Return the state; None when it is unknown, so that nothing may be cached.

        While the database is out of reach nothing can change either, and the last state goes on to hold.
        """
        read_at, known = self._known
        now = self._clock()
        if now - read_at < STATE_SECONDS:
            return known
        try:
            known = self._read()
        except Error:
            connection.close()
        self._known = (now, known)
        return known


class ProcessCache:
    """Values by key, all of one state. Threads share them: do not modify them."""

    def __init__(self) -> None:
        self._current: tuple[str | None, dict] = (None, {})

    def recall(self, state: str | None, key, make: Callable[[], Any]):
        """Return the value of ``key`` in this state, made at the first call; without a state, made at every call."""
        if state is None:
            return make()
        known, values = self._current
        if known != state:
            values = {}
            self._current = (state, values)
        if key in values:
            return values[key]
        value = make()
        if len(values) < MAX_VALUES:
            values[key] = value
        return value


process_cache = ProcessCache()


def state_of(request) -> str | None:
    """Return the state that the request began in, read at the first call unless the page cache has read it."""
    if STATE not in request.META:
        request.META[STATE] = read_state()
    return request.META[STATE]


def recall(request, key, make: Callable[[], Any]):
    """Return what ``make`` returns, called once in each state. It may depend on ``key`` and public content alone."""
    return process_cache.recall(state_of(request), key, make)
