"""Whom a request names, whom the firm knows by those names, and who of these is left out: reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from django.db.models import Q

from consultations.conflict_states import OTHER_SIDE, OWN_SIDE, Asked, counts
from consultations.conflicts import search
from consultations.conflicts.names_in_request import names_in
from consultations.models.parties import Party
from consultations.models.requests import ConsultationRequest, Relationship
from consultations.models.search import EMAIL, PHONE, RequestEntry
from firm.encryption.blind_index import normalise_email, normalise_phone


@dataclass(frozen=True)
class Match:
    """One name of a request, and a party that it was found to mean."""

    name_of: str
    hit: search.Hit

    @property
    def key(self) -> tuple:
        """What makes it the same match when the check is repeated."""
        return self.name_of, self.hit.asked.casefold(), self.hit.party_id, self.hit.found.casefold(), self.hit.role


@dataclass(frozen=True)
class Look:
    """What a search has found before the request was locked. It holds while ``asked`` is what the request says."""

    asked: tuple
    matches: list[Match]


def look(request: ConsultationRequest) -> Look:
    """Search for everybody whom a request names. Reads only, so that no database is kept locked for it."""
    members = members_of(request)
    return Look(asked_of(members), matches_of(members))


def members_of(request: ConsultationRequest) -> list[ConsultationRequest]:
    """Return the request and what was merged into it."""
    return [request, *request.merged.order_by("pk")]


def asked_of(members: list[ConsultationRequest]) -> tuple:
    """Return all that a search depends on, beside the register; in ciphertext."""
    names = ("pk", "relationship", *(f"{field}_encrypted" for field in (*Asked, "phone", "email")))
    return tuple(tuple(getattr(one, name) for name in names) for one in members)


def names_of(members: Iterable[ConsultationRequest]) -> dict[tuple[bool, str], tuple[str, str]]:
    """Return each name with the field it is from, by side and folded name."""
    found: dict[tuple[bool, str], tuple[str, str]] = {}
    for one in members:
        persons = [(Asked.FULL_NAME, one.full_name)]
        if one.relationship != Relationship.SELF:
            persons.append((Asked.PERSON_IN_NEED, one.person_in_need))
        others = [(Asked.OTHER_PARTIES, name) for name in names_in(one.other_parties)]
        for name_of, name in (*persons, *others):
            if name := name.strip():
                found.setdefault((name_of == Asked.OTHER_PARTIES, name.casefold()), (str(name_of), name))
    return found


def matches_of(members: list[ConsultationRequest]) -> list[Match]:
    """Return the matches that count, each once, at its best score. ``members`` are a request and what it has taken in.

    Left out are the parties of these themselves; and of other requests with the same number or address those on the
    same side, since a person is no conflict with what she asked for before.
    """
    names, best = names_of(members), {}
    asked = dict.fromkeys(name for _, name in names.values())
    hits = list(search.find(asked, leave_out={one.pk for one in members}))
    same_side = _of_same_person(members)  # after the search: what others enter meanwhile is in both, or in neither
    for hit, is_other in product(hits, (False, True)):
        name_of, name = names.get((is_other, hit.asked.casefold()), ("", ""))
        place = (name_of, hit.asked.casefold(), hit.party_id)
        if name != hit.asked or hit.party_id in same_side[is_other] or not counts(name_of, hit.role):
            continue
        if place not in best or best[place].hit.score < hit.score:
            best[place] = Match(name_of, hit)
    return list(best.values())


def _of_same_person(members: Iterable[ConsultationRequest]) -> tuple[set[int], set[int]]:
    """Return the parties of requests with the same number or address: those on our side, and the others."""
    entries, condition = RequestEntry.objects, Q(pk__in=())
    for one in members:
        if number := normalise_phone(str(one.phone or "")):
            condition |= Q(request__in=entries.equal_to(PHONE, number))
        if address := normalise_email(one.email or ""):
            condition |= Q(request__in=entries.equal_to(EMAIL, address))
    found: tuple[set[int], set[int]] = (set(), set())
    for pk, role in Party.objects.filter(condition).values_list("pk", "role"):
        for is_other, side in enumerate((OWN_SIDE, OTHER_SIDE)):
            if role in side:
                found[is_other].add(pk)
    return found
