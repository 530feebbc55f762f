"""The states of the conflict check, which changes of status they block, and which matches count: pure tables.

Source: New York Rules of Professional Conduct 1.7, 1.9 and 1.18. In a consultation a prospective client tells what the
other side must not learn, so it does not take place before the check has passed.
"""

from django.db import models

from consultations.workflow import Status


class ConflictState(models.TextChoices):
    UNCHECKED = "unchecked", "Not checked yet"
    CLEAR = "clear", "Nothing found"
    OPEN = "open", "Matches to look at"
    CLEARED = "cleared", "Looked at and cleared"
    FLAGGED = "flagged", "Needs a decision"
    DECLINED = "declined", "Declined for conflict"


class Asked(models.TextChoices):
    """Which of the names in a request was searched for."""

    FULL_NAME = "full_name", "The sender"
    PERSON_IN_NEED = "person_in_need", "The person who needs help"
    OTHER_PARTIES = "other_parties", "Someone else involved"


#: The states of the check that allow a consultation.
PASSING = (ConflictState.CLEAR, ConflictState.CLEARED)
#: The states of the check that wait for staff.
TO_DO = (ConflictState.UNCHECKED, ConflictState.OPEN, ConflictState.FLAGGED)
#: The statuses of a request that require a check that has passed.
GATED = (Status.SCHEDULED, Status.CONSULTED, Status.RETAINED)
#: The statuses of a request that is not checked: perhaps no person's, or part of another one.
BEYOND = (Status.QUARANTINE, Status.MERGED)

#: Why a change of status is blocked, by the state of the check.
BLOCKED_WORDS = {
    ConflictState.UNCHECKED: "The conflict check has not been made yet.",
    ConflictState.OPEN: "The conflict check found somebody: look at the matches first.",
    ConflictState.FLAGGED: "The conflict check is flagged: a manager has to decide first.",
    ConflictState.DECLINED: "It was declined for a conflict of interest.",
}

#: The roles of those whom the firm acts for, or may act for; and of all others.
OWN_SIDE = frozenset({"client", "former_client", "prospective"})
OTHER_SIDE = frozenset({"adverse", "co_defendant", "witness"})
_EVERY_ROLE = OWN_SIDE | OTHER_SIDE
#: Which roles count, by whose name was searched for. An adverse party that two clients have in common is no conflict.
_COUNTING = {
    Asked.FULL_NAME: _EVERY_ROLE,
    Asked.PERSON_IN_NEED: _EVERY_ROLE,
    Asked.OTHER_PARTIES: _EVERY_ROLE - {"adverse"},
}

#: From these scores on, of 100, a match is called certain, or likely; below, possible.
CERTAIN, LIKELY = 97, 88


def counts(asked: str, role: str) -> bool:
    """Whether a match of this role under that name may be a conflict; one of an unknown role may."""
    return role in _COUNTING[asked] or role not in _EVERY_ROLE


def may_pass(to: str, state: str) -> bool:
    return to not in GATED or state in PASSING


def likelihood(score: int) -> str:
    return "certain" if score >= CERTAIN else "likely" if score >= LIKELY else "possible"


def state_after(before: str, *, has_open: bool, had_open: bool, has_cleared: bool) -> str:
    """Return the state after a check, by the matches that nobody has judged now and before, and the cleared ones.

    Decisions of staff stay. An open check without any match was opened by staff, and waits for them.
    """
    if before in {ConflictState.FLAGGED, ConflictState.DECLINED}:
        return before
    if has_open or (before == ConflictState.OPEN and not had_open):
        return ConflictState.OPEN
    return ConflictState.CLEARED if has_cleared else ConflictState.CLEAR


def state_after_merge(target: str, merged: str) -> str:
    """Return the state of the target: what waits for a person in the one waits in the other."""
    waiting = [ConflictState.OPEN, ConflictState.FLAGGED]
    if merged not in waiting or target in {merged, ConflictState.FLAGGED, ConflictState.DECLINED}:
        return target
    return merged


def state_after_move(state: str, *, before: str, to: str) -> str:
    """Return the state after a change of status: declined by a conflict, open after reopening."""
    if to == Status.CONFLICT:
        return ConflictState.DECLINED
    return ConflictState.OPEN if before == Status.CONFLICT else state
