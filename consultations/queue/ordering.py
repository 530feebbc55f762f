"""The orders of the queue as parts that follow each other, each of which an index has in order already.

To sort all requests by a rule, the database would have to fetch them all, however few a page shows.
"""

from collections.abc import Sequence

from django.db.models import F, Q

from consultations.queue.saved_filters import WAITING
from consultations.workflow import Status

#: So many requests of a list can be paged through; who looks for others narrows the list, or turns it round.
MOST = 10_000
NEWEST_FIRST = ("-submitted_at", "-pk")
_NULLABLE = {"due_at", "court_date"}


class Parts:
    """Numbers of requests, part after part, as a paginator asks for them."""

    def __init__(self, parts: Sequence) -> None:
        self._parts = [part.values_list("pk", flat=True) for part in parts]

    def count(self) -> int:
        """How many there are, up to `MOST`."""
        found = 0
        for part in self._parts:
            if found < MOST:
                found += part.order_by()[: MOST - found].count()
        return found

    def __iter__(self):
        for part in self._parts:
            yield from part

    def __getitem__(self, wanted: slice) -> list[int]:
        """Return the numbers from ``wanted.start`` to ``wanted.stop``."""
        start, left, found = wanted.start or 0, wanted.stop - (wanted.start or 0), []
        for place, part in enumerate(self._parts):
            rows = list(part[start : start + left])
            found += rows
            left -= len(rows)
            if not left:
                break
            if place + 1 < len(self._parts):
                start = 0 if rows else start - part.order_by()[:start].count()
        return found


def newest(requests) -> Parts:
    """The newest first."""
    return Parts([requests.order_by(*NEWEST_FIRST)])


def pressing(requests) -> Parts:
    """Waiting ones by when they are due, so that the overdue come first; then all others, newest first."""
    waiting = requests.filter(WAITING).order_by(F("due_at").asc(nulls_last=True), *NEWEST_FIRST)
    return Parts([waiting, requests.exclude(WAITING).order_by(*NEWEST_FIRST)])


def by_column(requests, ordering: str) -> Parts:
    """By a column, downwards with a minus; those without a value last, the newest among equals first."""
    name, sign = ordering.lstrip("-"), "-" if ordering.startswith("-") else ""
    if name == "status":
        states = reversed(Status) if sign else Status
        return Parts([requests.filter(status=status).order_by("-pk") for status in states])
    known = requests.exclude(Q(**{name: None})) if name in _NULLABLE else requests
    parts = [known.order_by(f"{sign}{name}", "-pk")]
    if name in _NULLABLE:
        parts.append(requests.filter(**{name: None}).order_by("-pk"))
    return Parts(parts)
