"""The chain over the audit trail, by which it shows when somebody has changed it behind the site's back."""

from django.db import models
from django.db.models import Q

from firm.sealed.fields import SealedJSONField, SealedTextField
from firm.sealed.models import SealedModel


class TrailKey(SealedModel):
    """The key of the chain, and how far it reaches; one row. Sealed, so it moves to new keys with all that is sealed.

    ``head`` holds ``lines``, ``mac`` of the last one, and ``since``, when the chain was begun.
    """

    key = SealedTextField()
    head = SealedJSONField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="trail_key_once")]

    def __str__(self) -> str:
        return "Key of the trail"


class TrailLine(models.Model):
    """The place of an entry in the chain. ``mac`` covers the entry, its place, and the line before."""

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    mac = models.CharField(max_length=64)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Line {self.number}"
