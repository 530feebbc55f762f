"""What holds a trail together: the key of its chain, and the place of each entry in it (`firm.audit_chain`)."""

from django.db import models
from django.db.models import Q

from firm.encryption.fields import EncryptedJSONField, EncryptedTextField
from firm.encryption.models import EncryptedModel


class ChainKey(EncryptedModel):
    """The key of a chain, and how far it reaches; one row. Sealed, so it moves to new keys with all that is sealed.

    ``head`` holds ``lines``, how many were ever chained, ``mac`` of the last one; and once
    entries were forgotten, ``start`` and ``start_mac`` of the last of those.
    """

    key = EncryptedTextField()
    head = EncryptedJSONField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return "Key of the trail"


class ChainLine(models.Model):
    """The place of an entry in a chain. ``mac`` covers the entry, its place, and the line before."""

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    mac = models.CharField(max_length=64)

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"Line {self.number}"


class SignInChainKey(ChainKey):
    """The key of the chain over the trail of signing in."""

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="sign_in_key_once")]


class SignInLine(ChainLine):
    """A line of the chain over the trail of signing in."""

    class Meta:
        default_permissions = ()
        ordering = ["number"]
