"""The names in a request, the parties found by them, and which of those to leave out. Reads only."""

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
    """A name of a request and a party found by it."""

    name_of: str
    hit: search.Hit


def key_of(name_of: str, hit) -> tuple:
    """Return what identifies a match, found or stored, when the check is repeated."""
    return name_of, hit.asked.casefold(), hit.party_id, hit.found.casefold(), hit.role


@dataclass(frozen=True)
class Lookup:
    """The result of a search before the request was locked. Valid while ``asked`` equals `asked_of` the request."""

    asked: tuple
    matches: list[Match]


def look_up(request: ConsultationRequest) -> Lookup:
    """Search for everybody a request names. Reads only, so that it can run before the database is locked."""
    members = members_of(request)
    return Lookup(asked_of(members), matches_of(members))


def members_of(request: ConsultationRequest) -> list[ConsultationRequest]:
    return [request, *request.merged.order_by("pk")]


def asked_of(members: list[ConsultationRequest]) -> tuple:
    """Return everything in the requests that a search depends on, as ciphertext."""
    names = ("pk", "relationship", *(f"{field}_encrypted" for field in (*Asked, "phone", "email")))
    return tuple(tuple(getattr(one, name) for name in names) for one in members)


def names_of(members: Iterable[ConsultationRequest]) -> dict[tuple[bool, str], tuple[str, str]]:
    """Return each name with its field, by side (True for other parties) and casefolded name."""
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
    """Return the matches that count, each once, with its best score. ``members``: a request and those merged into it.

    Left out are the members' own parties, and parties on the same side in other requests with the same telephone number
    or e-mail address: a person is no conflict with her own earlier request.
    """
    names, best = names_of(members), {}
    asked = dict.fromkeys(name for _, name in names.values())
    hits = list(search.find(asked, leave_out={one.pk for one in members}))
    # Read after the search, so that it knows every party that the search has found.
    same_side = _of_same_person(members)
    for hit, is_other in product(hits, (False, True)):
        name_of, name = names.get((is_other, hit.asked.casefold()), ("", ""))
        place = (name_of, hit.asked.casefold(), hit.party_id)
        if name != hit.asked or hit.party_id in same_side[is_other] or not counts(name_of, hit.role):
            continue
        if place not in best or best[place].hit.score < hit.score:
            best[place] = Match(name_of, hit)
    return list(best.values())


def _of_same_person(members: Iterable[ConsultationRequest]) -> tuple[set[int], set[int]]:
    """Return the parties of requests with the same number or e-mail address: our side, the other side."""
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
