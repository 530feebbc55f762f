"""Staff decisions about the conflict check of a request. Actions like those in `consultations.actions.requests`."""

import hashlib

from consultations.actions.requests import Refused, action, change_status, cleaned, need
from consultations.calendar.status_effects import end_unfit_choice
from consultations.conflict_states import BEYOND, LIKELY, PASSING, ConflictState
from consultations.conflicts.checks import check_safely, record_event
from consultations.models import ConflictHit, ConsultationRequest, Verdict
from consultations.permissions import holds, is_intake
from consultations.workflow import Power, Status, find_move

#: From this score on, clearing a match needs a reason.
REASON_FROM = LIKELY


@action()
def clear(request, *, by, reason: str = "", seen: str | None = None, now) -> ConsultationRequest:
    """Clear the check. ``seen`` is the `version_of` the check that the user saw.

    Likely matches need a reason. A flagged or unchecked request is cleared by managers only, with a reason.
    """
    _need_check(request, by)
    reason = cleaned(request, reason)
    state, hits = request.conflict_state, list(request.conflict_hits.all())
    if seen is not None and seen != version_of(request, hits):
        raise Refused(request, "stale", "The check has changed since you opened it. Review it again.")
    if state in PASSING or state == ConflictState.DECLINED:
        raise Refused(request, "nothing_to_clear", "There is nothing to clear in this check.")
    if may_only_manage(state) and not holds(by, Power.MANAGE, request):
        words = "It is flagged" if state == ConflictState.FLAGGED else "It has not been checked"
        raise Refused(request, "managers_clear", f"{words}: only a manager can clear it.")
    if needs_reason(state, hits) and not reason:
        raise Refused(request, "no_reason", "Say why this is not a conflict.")
    request.conflict_hits.unjudged().update(verdict=Verdict.CLEARED, judged_by=by, judged_at=now)
    return _decide(request, ConflictState.CLEARED, "clear", by=by, reason=reason, now=now)


@action()
def flag(request, *, by, reason: str, now) -> ConsultationRequest:
    """Ask a manager for a decision; the request cannot go on to a consultation before it."""
    _need_check(request, by)
    reason = cleaned(request, reason)
    if request.conflict_state in {ConflictState.FLAGGED, ConflictState.DECLINED}:
        raise Refused(request, "stale", f"The check is already “{request.get_conflict_state_display()}”.")
    if not reason:
        raise Refused(request, "no_reason", "Say what has to be decided.")
    return _decide(request, ConflictState.FLAGGED, "flag", by=by, reason=reason, now=now)


@action()
def decline_for_conflict(request, *, by, reason: str, now) -> ConsultationRequest:
    _need_check(request, by)
    reason = cleaned(request, reason)
    way = find_move(request.status, Status.CONFLICT)
    if way is None:
        words = f"A request that is “{request.get_status_display()}” cannot be declined for a conflict."
        raise Refused(request, "forbidden", words)
    need(request, by, way.power)
    if not reason:
        raise Refused(request, "no_reason", "Describe the conflict.")
    return change_status(request, Status.CONFLICT, by=by, now=now, reason=reason)


@action()
def recheck(request, *, by, now) -> ConsultationRequest:
    _need_check(request, by)
    if not check_safely(request.pk, by=by, now=now):
        raise Refused(request, "check_failed", "The check failed. Try again; if it fails again, tell a manager.")
    request.refresh_from_db(fields=["conflict_state", "conflict_checked_at"])
    return request


def may_judge(user, request: ConsultationRequest) -> bool:
    """Return whether the account is intake staff and may work on the request. Assigned attorneys only read."""
    return is_intake(user) and holds(user, Power.WORK, request)


def may_only_manage(state: str) -> bool:
    return state in {ConflictState.FLAGGED, ConflictState.UNCHECKED}


def needs_reason(state: str, hits: list[ConflictHit]) -> bool:
    """Return whether clearing needs a reason: for a likely match, a flag, or a check without an open match."""
    unjudged = [hit for hit in hits if hit.verdict == Verdict.NONE]
    return may_only_manage(state) or not unjudged or max(hit.score for hit in unjudged) >= REASON_FROM


def version_of(request: ConsultationRequest, hits: list[ConflictHit]) -> str:
    """Return a fingerprint of the check's state and undecided matches, to detect that it has changed."""
    unjudged = sorted(hit.pk for hit in hits if hit.verdict == Verdict.NONE)
    return hashlib.sha256(repr((str(request.conflict_state), unjudged)).encode()).hexdigest()[:16]


def _need_check(request: ConsultationRequest, by) -> None:
    if not may_judge(by, request):
        raise Refused(request, "not_permitted", "You are not permitted to do that.")
    if request.status in BEYOND:
        words = f"A request that is “{request.get_status_display()}” has no check of its own."
        raise Refused(request, "forbidden", words)


def _decide(request: ConsultationRequest, state: str, doing: str, *, by, reason: str, now) -> ConsultationRequest:
    request.conflict_state = state
    request.save(update_fields=["conflict_state"])
    end_unfit_choice(request, now=now)
    record_event(request, doing, by=by, now=now, text=reason)
    return request
