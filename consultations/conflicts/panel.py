"""The conflict check on a request's screen, as one account may see it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse

from consultations.conflict_states import BEYOND, BLOCKED_WORDS, Asked, ConflictState, likelihood
from consultations.conflicts import search
from consultations.conflicts.access import may_see_parties
from consultations.display import detail_url, user_name
from consultations.models import ConflictHit, ConsultationRequest, Party, PartyRole, Verdict
from consultations.permissions import visible_to
from consultations.workflow import Status

_TONES = {
    ConflictState.UNCHECKED: "near",
    ConflictState.CLEAR: "good",
    ConflictState.OPEN: "late",
    ConflictState.CLEARED: "good",
    ConflictState.FLAGGED: "late",
    ConflictState.DECLINED: "late",
}
_BEYOND_WORDS = {
    Status.QUARANTINE: "It is checked when it is released.",
    Status.MERGED: "It is checked with the request that it was merged into.",
}


@dataclass(frozen=True)
class HitLine:
    """One match in words. ``hidden`` explains why a match has no details."""

    whose: str
    asked: str
    likelihood: str
    score: int
    hidden: str = ""
    found: str = ""
    role: str = ""
    matter: str = ""
    reasons: str = ""
    party_url: str = ""
    reference: str = ""
    request_url: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Region:
    """The state of the check in words, with its undecided and cleared matches; ``known`` parties were searched."""

    state: str
    words: str
    tone: str
    explanation: str
    checked_at: datetime | None
    waiting: list[HitLine]
    cleared: list[HitLine]
    known: int | None


def region_of(request: ConsultationRequest, user) -> Region:
    """Return what ``user``, who may see the request, may know of its check. Three queries, however many matches."""
    hits = Prefetch("conflict_hits", ConflictHit.objects.select_related("party", "judged_by"))
    prefetch_related_objects([request], hits)
    found = list(request.conflict_hits.all())
    sources = {hit.party.request_id for hit in found if hit.party and hit.party.request_id}
    seen = {one.pk: one for one in visible_to(user).only("reference").filter(pk__in=sources)} if sources else {}
    can_open = may_see_parties(user)
    lines = [(hit, _line(hit, seen, can_open=can_open)) for hit in found]
    state = request.conflict_state
    is_empty = state == ConflictState.CLEAR
    return Region(
        state=state,
        words=request.get_conflict_state_display(),
        tone="plain" if request.status in BEYOND else _TONES[state],
        explanation=_BEYOND_WORDS.get(request.status, BLOCKED_WORDS.get(state, "")),
        checked_at=request.conflict_checked_at if state != ConflictState.UNCHECKED else None,
        waiting=[line for hit, line in lines if hit.verdict == Verdict.NONE],
        cleared=[line for hit, line in lines if hit.verdict == Verdict.CLEARED],
        known=Party.objects.filter(buried_at=None).count() if is_empty else None,
    )


def _line(hit: ConflictHit, seen: dict[int, ConsultationRequest], *, can_open: bool) -> HitLine:
    shared = {
        "whose": Asked(hit.name_of).label,
        "asked": hit.asked,
        "likelihood": likelihood(hit.score),
        "score": hit.score,
        "verdict": _verdict(hit),
    }
    party = hit.party
    if party is not None and party.buried_at:
        erased = f"Somebody whose data was erased: {PartyRole(party.role).label.lower()}. Only the name is similar."
        return HitLine(**shared, hidden=erased)
    if party is None or not hit.found:
        return HitLine(**shared, hidden="Somebody who is no longer in the register.")
    if party.request_id and party.request_id not in seen:
        return HitLine(**shared, hidden="Somebody in a request that you may not see. Ask a manager to review it.")
    source = seen.get(party.request_id)
    return HitLine(
        **shared,
        found=hit.found if hit.found == party.name else f"{hit.found} ({party.name})",
        role=PartyRole(party.role).label,
        matter=party.matter,
        reasons=search.words(as_hit(hit)),
        party_url=reverse("parties:party", args=[party.pk]) if can_open else "",
        reference=source.reference if source else "",
        request_url=detail_url(source) if source else "",
    )


def as_hit(stored: ConflictHit) -> search.Hit:
    """Return a stored match as a search result."""
    return search.Hit(stored.party_id, stored.asked, stored.found, stored.role, stored.score, tuple(stored.reasons))


def _verdict(hit: ConflictHit) -> str:
    return f"Cleared by {user_name(hit.judged_by) or 'a former colleague'}" if hit.verdict else ""
