"""The conflict check of a request: finds parties by the names in it, stores the matches, and derives its state."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from consultations.audit import record
from consultations.calendar.status_effects import end_unfit_choice
from consultations.conflict_states import BEYOND, PASSING, ConflictState, state_after, state_after_merge
from consultations.conflicts import register
from consultations.conflicts.lookup import Lookup, Match, asked_of, key_of, look_up, matches_of, members_of
from consultations.mail.notifications import announce_conflict
from consultations.models.conflicts import ConflictHit, Verdict
from consultations.models.events import AuditAction, EventKind, RequestEvent
from consultations.models.parties import Party
from consultations.models.requests import ConsultationRequest

logger = logging.getLogger(__name__)

#: A change of the register this shortly before a check may not have been committed, and so not visible to it.
MARGIN = timedelta(minutes=2)
#: Every open request is checked again after this time.
FRESH_FOR = timedelta(days=1)
#: The most requests that one run of the job checks.
BATCH = 100
_NOT_DECIDED = (ConflictState.UNCHECKED, *PASSING)


def take_in(request: ConsultationRequest, *, now: datetime | None = None, found: Lookup | None = None) -> bool:
    """Check a new or changed request and add its names to the register; return False if that failed.

    Call it in the transaction that locks the request. A failure does not roll that transaction back: the request stays
    unchecked, and `check_due` tries again. ``found`` is the result of a recent `look_up`.
    """
    whole = request
    if request.merged_into_id:
        whole = ConsultationRequest.objects.select_for_update().get(pk=request.merged_into_id)
    if whole.status in BEYOND:
        return True
    try:
        with transaction.atomic():
            check(whole, now=now, found=found)
            register.enter(request)
    except Exception as error:
        # No traceback: it would show names.
        logger.error("The conflict check of request %s failed: %s", request.pk, type(error).__name__)
        whole.refresh_from_db(fields=["conflict_state"])
        if whole.conflict_state in _NOT_DECIDED:
            whole.conflict_state = ConflictState.UNCHECKED
        whole.conflict_checked_at = None
        whole.save(update_fields=["conflict_state", "conflict_checked_at"])
        end_unfit_choice(whole, now=now or timezone.now())
        return False
    return True


def join(merged: ConsultationRequest, target: ConsultationRequest, *, now: datetime | None = None) -> None:
    """Check the target of a merge with the names of both requests. Its state never becomes milder than either was."""
    take_in(target, now=now)
    target.conflict_state = state_after_merge(target.conflict_state, merged.conflict_state)
    target.save(update_fields=["conflict_state"])
    end_unfit_choice(target, now=now or timezone.now())


def follow_role(request: ConsultationRequest) -> None:
    """Update the roles of a request's parties after a change of status. A failure does not stop that change."""
    try:
        with transaction.atomic():
            register.enter(request)
    except Exception as error:
        logger.error("The parties of request %s could not be updated: %s", request.pk, type(error).__name__)


def check(
    request: ConsultationRequest, *, by=None, now: datetime | None = None, found: Lookup | None = None
) -> list[ConflictHit]:
    """Search for everybody a request names; store the matches and the state. Return the new matches.

    The caller has locked the request. Cleared matches stay cleared; an undecided match that is no longer found is
    deleted.
    """
    now, members = now or timezone.now(), members_of(request)
    is_current = found is not None and found.asked == asked_of(members)
    matches = found.matches if is_current else matches_of(members)
    matches = {key_of(match.name_of, match.hit): match for match in matches}
    stored = list(request.conflict_hits.all())
    had_open = any(hit.verdict == Verdict.NONE for hit in stored)
    known = {key_of(hit.name_of, hit): hit for hit in stored}
    gone = [hit.pk for key, hit in known.items() if key not in matches and hit.verdict == Verdict.NONE]
    if gone:
        ConflictHit.objects.filter(pk__in=gone).delete()
    new = ConflictHit.objects.bulk_create(_row(request, matches[key], now) for key in matches if key not in known)
    present = [*new, *(hit for key, hit in known.items() if key in matches)]
    before = request.conflict_state
    request.conflict_state = state_after(
        before,
        has_open=any(hit.verdict == Verdict.NONE for hit in present),
        had_open=had_open,
        has_cleared=any(hit.verdict == Verdict.CLEARED for hit in present),
    )
    request.conflict_checked_at = now
    request.save(update_fields=["conflict_state", "conflict_checked_at"])
    if before in PASSING:
        end_unfit_choice(request, now=now)
    if new or by:
        record_event(request, "check", by=by, now=now, hits=len(new))
    if new and before in PASSING:
        announce_conflict(request, occasion=min(hit.pk for hit in new))
    return new


def record_event(request: ConsultationRequest, doing: str, *, by=None, now=None, text: str = "", hits=None) -> None:
    """Add a timeline event, with ``text`` encrypted, and an audit entry of codes and numbers."""
    facts = {"doing": doing, "state": str(request.conflict_state)} | ({"hits": hits} if hits is not None else {})
    now = now or timezone.now()
    RequestEvent.objects.create(request=request, kind=EventKind.CONFLICT, actor=by, at=now, facts=facts, text=text)
    record.record(AuditAction.CHANGED, by=by, request=request, **facts | {"doing": f"conflict_{doing}"})


def due_for_check(now: datetime):
    """Return the open requests that are unchecked, or whose check is older than the last change of the register."""
    newest = Party.objects.aggregate(newest=Max("changed_at"))["newest"]
    old = Q(conflict_state=ConflictState.UNCHECKED) | Q(conflict_checked_at=None)
    old |= Q(conflict_checked_at__lt=now - FRESH_FOR)
    if newest:
        old |= Q(conflict_checked_at__lt=min(newest, now) + MARGIN)
    return ConsultationRequest.objects.open().filter(old)


def is_waiting(request: ConsultationRequest) -> bool:
    """Return whether the first check is still to come; until then the request's names are not in the register."""
    return request.conflict_state == ConflictState.UNCHECKED and request.conflict_checked_at is None


def check_due(now: datetime | None = None) -> int:
    """Check a batch of the requests that are due, each in its own transaction; return how many succeeded."""
    now = now or timezone.now()
    order = (F("conflict_checked_at").asc(nulls_first=True), "pk")
    numbers = due_for_check(now).order_by(*order).values_list("pk", flat=True)[:BATCH]
    return sum(_check_again(pk, now) for pk in list(numbers))


def _check_again(pk: int, now: datetime) -> bool:
    request = due_for_check(now).filter(pk=pk).first()
    if request is None:
        return False
    return check_first(pk) if request.conflict_checked_at is None else check_safely(pk, now=now)


def check_first(pk: int, *, now: datetime | None = None) -> bool:
    """Check a request for the first time and add its names to the register.

    Return False if that failed or another process did it first. The search runs before the database is locked.
    """
    request, now = ConsultationRequest.objects.filter(pk=pk).first(), now or timezone.now()
    try:
        found = look_up(request) if request else None
    except Exception:
        found = None  # `take_in` will search again, and record the failure
    with transaction.atomic():
        locked = ConsultationRequest.objects.select_for_update().filter(pk=pk, conflict_checked_at=None).first()
        return bool(locked) and take_in(locked, now=now, found=found)


def check_safely(pk: int, *, by=None, now: datetime | None = None) -> bool:
    """Check a request again; return False if that failed, and change nothing then."""
    now = now or timezone.now()
    try:
        found = look_up(ConsultationRequest.objects.get(pk=pk))
        with transaction.atomic():
            request = ConsultationRequest.objects.select_for_update().get(pk=pk)
            check(request, by=by, now=now, found=found)
    except Exception as error:
        logger.error("The conflict check of request %s failed: %s", pk, type(error).__name__)
        return False
    return True


def _row(request: ConsultationRequest, match: Match, now: datetime) -> ConflictHit:
    hit = match.hit
    return ConflictHit(
        request=request,
        party_id=hit.party_id,
        name_of=match.name_of,
        asked=hit.asked,
        found=hit.found,
        role=str(hit.role),
        score=round(hit.score),
        reasons=list(hit.reasons),
        found_at=now,
    )


def forget_found(parties: Iterable[int]) -> None:
    """Erase the names of these parties from the matches of all requests."""
    ConflictHit.objects.filter(party__in=list(parties)).update(found_encrypted="")


def bury(request: ConsultationRequest) -> int:
    """Before a request is erased: replace its parties by tombstones without names. Return how many there are."""
    if is_waiting(request):
        follow_role(request)
    forget_found(Party.objects.filter(request=request).values_list("pk", flat=True))
    return register.bury(request)


def forget_party(party: Party, *, now: datetime | None = None) -> None:
    """Before a party is deleted: erase its name from matches, and make requests that wait for it due for a check."""
    waiting = ConflictHit.objects.unjudged().filter(party=party).values("request")
    long_ago = (now or timezone.now()) - 2 * FRESH_FOR
    ConsultationRequest.objects.filter(pk__in=waiting).exclude(conflict_checked_at=None).update(
        conflict_checked_at=long_ago
    )
    forget_found([party.pk])
