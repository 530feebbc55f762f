"""The conflict check on a request's screen, as one account may see it."""

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
OUT_OF_SIGHT = "Somebody in a request that you may not see. Ask a manager to review it."
_BEYOND_WORDS = {
    Status.QUARANTINE: "It is checked when it is released.",
    Status.MERGED: "It is checked with the request that it was merged into.",
}


def region_of(request: ConsultationRequest, user) -> dict:
    """Return what ``user``, who may see the request, may know of its check. Three queries, however many matches.

    ``waiting`` are its undecided matches; ``known`` is how many parties were searched without one.
    """
    hits = Prefetch("conflict_hits", ConflictHit.objects.select_related("party", "judged_by"))
    prefetch_related_objects([request], hits)
    found = list(request.conflict_hits.all())
    sources = {hit.party.request_id for hit in found if hit.party and hit.party.request_id}
    seen = {one.pk: one for one in visible_to(user).only("reference").filter(pk__in=sources)} if sources else {}
    can_open = may_see_parties(user)
    lines = [(hit, _line(hit, seen, can_open=can_open)) for hit in found]
    state = request.conflict_state
    return {
        "state": state,
        "words": request.get_conflict_state_display(),
        "tone": "plain" if request.status in BEYOND else _TONES[state],
        "explanation": _BEYOND_WORDS.get(request.status, BLOCKED_WORDS.get(state, "")),
        "checked_at": request.conflict_checked_at if state != ConflictState.UNCHECKED else None,
        "waiting": [line for hit, line in lines if hit.verdict == Verdict.NONE],
        "cleared": [line for hit, line in lines if hit.verdict == Verdict.CLEARED],
        "known": Party.objects.known().count() if state == ConflictState.CLEAR else None,
    }


def hit_line(hit: search.Hit, party: Party | None, hidden: str, **more) -> dict:
    """Return a match in words; without the party's details if ``hidden`` says why. ``whose`` names the field."""
    more = {"whose": "Asked for", "asked": hit.asked, "likelihood": likelihood(hit.score), "hidden": hidden} | more
    more["score"] = round(hit.score)
    if hidden:
        return more
    return more | {
        "found": hit.found if hit.found == party.name else f"{hit.found} ({party.name})",
        "role": PartyRole(party.role).label,
        "matter": party.matter,
        "reasons": search.words(hit),
    }


def erased_words(role: str) -> str:
    return f"Somebody whose data was erased: {PartyRole(role).label.lower()}. Only the name is similar."


def _line(hit: ConflictHit, seen: dict[int, ConsultationRequest], *, can_open: bool) -> dict:
    party, links = hit.party, {}
    verdict = f"Cleared by {user_name(hit.judged_by) or 'a former colleague'}" if hit.verdict else ""
    if party is not None and party.buried_at:
        hidden = erased_words(party.role)
    elif party is None or not hit.found:
        hidden = "Somebody who is no longer in the register."
    elif party.request_id and party.request_id not in seen:
        hidden = OUT_OF_SIGHT
    else:
        hidden, source = "", seen.get(party.request_id)
        links = {"party_url": reverse("parties:party", args=[party.pk])} if can_open else {}
        links |= {"reference": source.reference, "request_url": detail_url(source)} if source else {}
    found = search.Hit(hit.party_id, hit.asked, hit.found, hit.role, hit.score, tuple(hit.reasons))
    return hit_line(found, party, hidden, whose=Asked(hit.name_of).label, verdict=verdict, **links)
