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
    with transaction.atomic():
        made = Party.objects.bulk_create(parties, batch_size=500)
        PartyEntry.objects.enter(made)
    return made
