"""The states of a request, which may follow which, and who may bring that about: a pure table."""

from dataclasses import dataclass

from django.db import models


class Status(models.TextChoices):
    NEW = "new", "New"
    IN_REVIEW = "in_review", "In review"
    CONTACTED = "contacted", "Contacted"
    SCHEDULED = "scheduled", "Scheduled"
    CONSULTED = "consulted", "Consulted"
    RETAINED = "retained", "Retained"
    DECLINED = "declined", "Declined"
    REFERRED = "referred", "Referred"
    NOT_REACHED = "not_reached", "Did not reach"
    CONFLICT = "conflict", "Conflict of interest"
    QUARANTINE = "quarantine", "Quarantine"
    MERGED = "merged", "Merged"


class Power(models.TextChoices):
    """What a user may do with a request. The permission of the same name grants it for all requests."""

    WORK = "change", "Work on requests"
    MANAGE = "manage", "Manage requests"


@dataclass(frozen=True)
class Move:
    """A change of status: the label of its button, the power it takes, and whether it needs a reason."""

    label: str
    power: Power = Power.WORK
    needs_reason: bool = False


#: The states in which nobody has answered yet, so that the clock of the first response runs.
AWAITING = (Status.NEW, Status.IN_REVIEW)
#: The states in which there is still something to do.
OPEN = (*AWAITING, Status.CONTACTED, Status.SCHEDULED, Status.CONSULTED)
#: The states in which a request has come to its end.
CLOSED = (
    *(Status.RETAINED, Status.DECLINED, Status.REFERRED, Status.NOT_REACHED),
    *(Status.CONFLICT, Status.MERGED),
)

_CONSULTED = Move("Consultation held")
_NOT_REACHED = Move("Did not reach")
_DECLINE = Move("Decline", needs_reason=True)
_REOPEN = Move("Reopen", needs_reason=True)
_REOPEN_MANAGED = Move("Reopen", power=Power.MANAGE, needs_reason=True)
_AWAY = {
    Status.DECLINED: _DECLINE,
    Status.REFERRED: Move("Refer elsewhere", needs_reason=True),
    Status.CONFLICT: Move("Conflict of interest", needs_reason=True),
}
_UNANSWERED = {
    Status.CONTACTED: Move("Contacted"),
    Status.NOT_REACHED: _NOT_REACHED,
    **_AWAY,
    Status.QUARANTINE: Move("Quarantine", needs_reason=True),
}

#: From each state, the states that may follow. Merging has its own action; see `consultations.actions.merging`.
MOVES: dict[str, dict[str, Move]] = {
    Status.NEW: {Status.IN_REVIEW: Move("Start review"), **_UNANSWERED},
    Status.IN_REVIEW: _UNANSWERED,
    Status.CONTACTED: {
        Status.SCHEDULED: Move("Schedule"),
        Status.CONSULTED: _CONSULTED,
        Status.NOT_REACHED: _NOT_REACHED,
        **_AWAY,
    },
    Status.SCHEDULED: {
        Status.CONSULTED: _CONSULTED,
        Status.CONTACTED: Move("Cancel the appointment", needs_reason=True),
        Status.NOT_REACHED: Move("Did not appear"),
        **_AWAY,
    },
    Status.CONSULTED: {Status.RETAINED: Move("Retained"), Status.SCHEDULED: Move("Schedule again"), **_AWAY},
    Status.RETAINED: {Status.CONSULTED: _REOPEN_MANAGED},
    Status.DECLINED: {Status.IN_REVIEW: _REOPEN},
    Status.REFERRED: {Status.IN_REVIEW: _REOPEN},
    Status.NOT_REACHED: {Status.IN_REVIEW: Move("Try again"), Status.CONTACTED: Move("Reached after all")},
    Status.CONFLICT: {Status.IN_REVIEW: _REOPEN_MANAGED},
    Status.QUARANTINE: {Status.NEW: Move("Release"), Status.DECLINED: _DECLINE},
    Status.MERGED: {Status.IN_REVIEW: Move("Separate again", power=Power.MANAGE, needs_reason=True)},
}
#: The states from which a request may be merged into another one.
MERGEABLE = tuple(status for status in Status if status not in {Status.MERGED, Status.RETAINED, Status.CONFLICT})


def find_move(current: str, to: str) -> Move | None:
    """Return the move between two statuses; None if it is forbidden or a status is unknown."""
    return MOVES.get(current, {}).get(to)
