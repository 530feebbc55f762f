"""The chain over the audit trail, by which it shows when somebody has changed it behind the site's back."""

from django.db import models
from django.db.models import Q

from firm.models.chains import ChainKey, ChainLine


class TrailKey(ChainKey):
    """The key of the chain over the trail of requests."""

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="trail_key_once")]


class TrailLine(ChainLine):
    """A line of the chain over the trail of requests."""

    class Meta:
        default_permissions = ()
        ordering = ["number"]
