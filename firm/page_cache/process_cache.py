"""Keeps what was worked out of public content, in each server process, for as long as that content stays the same.

Everything is kept under the name that `firm.page_cache.invalidation` gave to what was public before it was worked out.
A change gives it another name, so that nothing here can be out of date, and nobody has to say what depends on what.
"""

from collections.abc import Callable
from typing import Any

from firm.page_cache.invalidation import STATE, read_state

#: As many values are kept at most.
MOST = 500


class Memory:
    """Values by key, all of one state. Threads share them: nobody may change what it was given."""

    def __init__(self) -> None:
        self._held: tuple[str | None, dict] = (None, {})

    def recall(self, state: str | None, key, make: Callable[[], Any]):
        """Return the value under ``key``, made now if it is not there yet in this state; in no state, always made."""
        if state is None:
            return make()
        known, values = self._held
        if known != state:
            values = {}
            self._held = (state, values)
        if key in values:
            return values[key]
        value = make()
        if len(values) < MOST:
            values[key] = value
        return value


_memory = Memory()


def state_of(request) -> str | None:
    """Return the name of what was public when the request began, or when it is asked for first."""
    if STATE not in request.META:
        request.META[STATE] = read_state()
    return request.META[STATE]


def recall(request, key, make: Callable[[], Any]):
    """Return what ``make`` returns, once for each state. It may depend on ``key`` and public content alone."""
    return _memory.recall(state_of(request), key, make)
