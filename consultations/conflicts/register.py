"""The register of known parties: saves parties with their digests, adds the people of a request, erases them."""

from collections.abc import Iterable
from datetime import datetime
from itertools import count

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from consultations.conflict_states import Asked
from consultations.conflicts.matching import blocking_keys
from consultations.conflicts.matching.companies import is_company
from consultations.conflicts.matching.compare import plain
from consultations.conflicts.names_in_request import names_in
from consultations.models.parties import Party, PartyEntry, PartyKind, PartyRole, PartySource
from consultations.models.requests import ConsultationRequest
from consultations.workflow import Status


def save_party(party: Party) -> Party:
    """Save a new or changed party and rebuild its digests."""
    party.changed_at = timezone.now()
    with transaction.atomic():
        party.save()
        PartyEntry.objects.rebuild([party])
    return party


def save_new_parties(parties: Iterable[Party]) -> list[Party]:
    made = list(parties)
    for party in made:
        party.encrypt()
    entries = PartyEntry.objects.entries_of(made)
    with transaction.atomic():
        Party.objects.bulk_create(made, batch_size=500)
        PartyEntry.objects.enter(entries)
    return made


@sensitive_variables()
def enter(request: ConsultationRequest) -> None:
    """Make the register hold everybody a request names: sender, person in need, and each other party.

    Call it again after a change: it updates its own rows and deletes those whose name is gone. A quarantined request
    has no parties, since most of its names are invented. Parties from other sources are left alone.
    """
    with transaction.atomic():
        locked = ConsultationRequest.objects.select_for_update().get(pk=request.pk)
        wanted = {} if locked.status == Status.QUARANTINE else _named(locked)
        places = {field: count() for field in Asked.values}
        new, taken = [], set()
        own = Party.objects.known().filter(request=locked, source=PartySource.REQUEST)
        for party in own.select_for_update():
            found = wanted.pop((party.request_field, plain(party.name)), None)
            if found is None:
                party.delete()
            elif (party.name, party.role, party.kind) != found:
                party.name, party.role, party.kind = found
                save_party(party)
            if found is not None:
                taken.add((party.request_field, party.request_place))
        for (field, _), (name, role, kind) in wanted.items():
            place = next(place for place in places[field] if (field, place) not in taken)
            new.append(
                Party(
                    name=name,
                    role=role,
                    kind=kind,
                    source=PartySource.REQUEST,
                    request=locked,
                    request_field=field,
                    request_place=place,
                )
            )
        save_new_parties(new)


def bury(request: ConsultationRequest) -> int:
    """Replace the parties of a request by tombstones; return how many there were.

    A tombstone has the role, the month and keyed digests of the whole names, so that a later check still says that the
    firm was asked before. It has no link to the request.
    """
    with transaction.atomic():
        parties = list(Party.objects.select_for_update().filter(request=request, buried_at=None).order_by("pk"))
        for party in parties:
            party.name = party.aliases = party.matter = party.note = ""
            party.request, party.request_field, party.request_place = None, "", None
            party.added_at, party.changed_at = _month(party.added_at), _month(party.changed_at)
            party.buried_at = _month(timezone.now())
            party.save()
        PartyEntry.objects.filter(row__in=[party.pk for party in parties]).exclude(
            purpose__in=blocking_keys.TOMBSTONE
        ).delete()
    return len(parties)


def _named(request: ConsultationRequest) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return name, role and kind of each party, by its field and normalized name."""
    own = PartyRole.CLIENT if request.status == Status.RETAINED else PartyRole.PROSPECTIVE
    found = {}
    for field, names, role in (
        (Asked.FULL_NAME, [request.full_name], own),
        (Asked.PERSON_IN_NEED, [request.person_in_need], own),
        (Asked.OTHER_PARTIES, names_in(request.other_parties), PartyRole.ADVERSE),
    ):
        for name in map(str.strip, names):
            if plain(name):
                kind = PartyKind.ORGANISATION if is_company(name) else PartyKind.PERSON
                found.setdefault((str(field), plain(name)), (name, str(role), str(kind)))
    return found


def _month(when: datetime) -> datetime:
    """Return the beginning of the month, the precision of a tombstone's dates."""
    return timezone.localtime(when).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
