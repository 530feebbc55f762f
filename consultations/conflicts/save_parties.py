"""Saves parties together with the digests by which they are found, in one transaction."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from consultations.models.parties import Party, PartyEntry


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
