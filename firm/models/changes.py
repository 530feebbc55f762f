"""What tells that something visitors may see has changed."""

from django.db import models


class PublicChange(models.Model):
    """The mark that every change of public content leaves. Written by triggers of the database alone.

    See `firm.page_cache.invalidation`: on SQLite one row with another ``count`` each time, on PostgreSQL one row for
    each statement.
    """

    count = models.PositiveBigIntegerField(default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Change {self.pk}"
