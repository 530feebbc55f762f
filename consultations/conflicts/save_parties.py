"""Saves parties so that they are found: the row and its digests in one transaction."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from consultations.models.parties import Party, PartyEntry


def keep(party: Party) -> Party:
    """Save a party, new or changed, and make it found by the names it has now."""
    party.changed_at = timezone.now()
    with transaction.atomic():
        party.save()
        PartyEntry.objects.rebuild([party])
    return party


def keep_new(parties: Iterable[Party]) -> list[Party]:
    """Save many new parties at once, in one transaction."""
    made = list(parties)
    for party in made:
        party.encrypt()
    entries = PartyEntry.objects.entries_of(made)
    with transaction.atomic():
        Party.objects.bulk_create(made, batch_size=500)
        PartyEntry.objects.enter(entries)
    return made
