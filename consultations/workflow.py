"""The states of a request, and which may follow which: a pure table."""

from django.db import models


class Status(models.TextChoices):
    """How far a request has come."""

    NEW = "new", "New"
    IN_REVIEW = "in_review", "In review"
    CLOSED = "closed", "Closed"


#: From each state, the states that may follow, with the words on the button that leads there.
MOVES: dict[str, dict[str, str]] = {
    Status.NEW: {Status.IN_REVIEW: "Start the review"},
    Status.IN_REVIEW: {Status.CLOSED: "Close"},
    Status.CLOSED: {Status.IN_REVIEW: "Reopen"},
}
#: The states in which somebody still waits for an answer.
OPEN = (Status.NEW, Status.IN_REVIEW)


def can_move(current: str, to: str) -> bool:
    """True when ``to`` may follow ``current``; unknown states never do."""
    return to in MOVES.get(current, {})
