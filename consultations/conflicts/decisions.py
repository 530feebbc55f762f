"""What staff decide about the conflict check of a request. Verbs like those in `consultations.actions.requests`."""

import hashlib

from django.utils import timezone

from consultations.actions.requests import NOTE_LENGTH, Refused, action, change_status, locked, need
from consultations.calendar.status_effects import end_unfit_choice
from consultations.conflict_states import BEYOND, LIKELY, PASSING, ConflictState
from consultations.conflicts.checks import check_safely, keep_line
from consultations.models import ConflictHit, ConsultationRequest, Verdict
from consultations.permissions import holds, is_intake
from consultations.text_cleaning import paragraphs
from consultations.workflow import Power, Status, find_move

#: From this score on, a match is cleared with a reason only.
TELLING = LIKELY


@action
def clear(pk: int, *, by, reason: str = "", seen: str | None = None, now=None) -> ConsultationRequest:
    """Find that there is no conflict. ``seen`` is the `version_of` the matches that the person had before their eyes.

    Likely matches take a reason. What is flagged, or was never checked, is cleared by managers, with a reason.
    """
    request, now = _locked(pk, by), now or timezone.now()
    reason = _reason(request, reason)
    state, hits = request.conflict_state, list(request.conflict_hits.all())
    if seen is not None and seen != version_of(request, hits):
        raise Refused(request, "stale", "The check has changed since you opened it. Look at it as it is now.")
    if state in PASSING or state == ConflictState.DECLINED:
        raise Refused(request, "nothing_to_clear", "There is nothing to clear in this check.")
    if may_only_manage(state) and not holds(by, Power.MANAGE, request):
        words = "It is flagged" if state == ConflictState.FLAGGED else "It has not been checked"
        raise Refused(request, "managers_clear", f"{words}: only a manager can clear it.")
    if needs_reason(state, hits) and not reason:
        raise Refused(request, "no_reason", "Write down why this is no conflict.")
    request.conflict_hits.unjudged().update(verdict=Verdict.CLEARED, judged_by=by, judged_at=now)
    return _decide(request, ConflictState.CLEARED, "clear", by=by, reason=reason, now=now)


@action
def flag(pk: int, *, by, reason: str, now=None) -> ConsultationRequest:
    """Leave it to a manager: nothing goes on until one has decided."""
    request, now = _locked(pk, by), now or timezone.now()
    reason = _reason(request, reason)
    if request.conflict_state in {ConflictState.FLAGGED, ConflictState.DECLINED}:
        raise Refused(request, "stale", f"The check is “{request.get_conflict_state_display()}” by now.")
    if not reason:
        raise Refused(request, "no_reason", "Write down what has to be decided.")
    return _decide(request, ConflictState.FLAGGED, "flag", by=by, reason=reason, now=now)


@action
def decline_for_conflict(pk: int, *, by, reason: str, now=None) -> ConsultationRequest:
    """End the request for a conflict of interest."""
    request, now = _locked(pk, by), now or timezone.now()
    reason = _reason(request, reason)
    way = find_move(request.status, Status.CONFLICT)
    if way is None:
        raise Refused(request, "forbidden", f"From “{request.get_status_display()}” it cannot go there.")
    need(request, by, way.power)
    if not reason:
        raise Refused(request, "no_reason", "Write down the conflict.")
    return change_status(request, Status.CONFLICT, by=by, now=now, reason=reason)


@action
def recheck(pk: int, *, by, now=None) -> ConsultationRequest:
    """Look for everybody in the register once more."""
    request = _locked(pk, by)
    if not check_safely(pk, by=by, now=now):
        raise Refused(request, "check_failed", "The check could not be made. Try again; if it fails, tell a manager.")
    request.refresh_from_db(fields=["conflict_state", "conflict_checked_at"])
    return request


# --- What the verbs share -------------------------------------------------------------------------


def may_judge(user, request: ConsultationRequest) -> bool:
    """True for the intake staff that works on requests; an assigned attorney reads the check."""
    return is_intake(user) and holds(user, Power.WORK, request)


def may_only_manage(state: str) -> bool:
    """True when a check that stands so is cleared by managers alone."""
    return state in {ConflictState.FLAGGED, ConflictState.UNCHECKED}


def needs_reason(state: str, hits: list[ConflictHit]) -> bool:
    """True when it is not cleared without a reason: a likely match, or something that a person has found."""
    unjudged = [hit for hit in hits if hit.verdict == Verdict.NONE]
    return may_only_manage(state) or not unjudged or max(hit.score for hit in unjudged) >= TELLING


def version_of(request: ConsultationRequest, hits: list[ConflictHit]) -> str:
    """Return what tells whether the check is still as somebody saw it."""
    unjudged = sorted(hit.pk for hit in hits if hit.verdict == Verdict.NONE)
    return hashlib.sha256(repr((str(request.conflict_state), unjudged)).encode()).hexdigest()[:16]


def _locked(pk: int, by) -> ConsultationRequest:
    request = locked(pk, by)
    if not may_judge(by, request):
        raise Refused(request, "not_permitted", "You are not permitted to do that.")
    if request.status in BEYOND:
        words = f"A request that is “{request.get_status_display()}” has no check of its own."
        raise Refused(request, "forbidden", words)
    return request


def _reason(request: ConsultationRequest, text: str) -> str:
    text = paragraphs(text)
    if len(text) > NOTE_LENGTH:
        raise Refused(request, "too_long", f"Please shorten it to {NOTE_LENGTH} characters; there are {len(text)}.")
    return text


def _decide(request: ConsultationRequest, state: str, doing: str, *, by, reason: str, now) -> ConsultationRequest:
    request.conflict_state = state
    request.save(update_fields=["conflict_state"])
    end_unfit_choice(request, now=now)
    keep_line(request, doing, by=by, now=now, text=reason)
    return request
