"""Marks of changes to public content."""

from django.db import models


class PublicChange(models.Model):
    """A mark that database triggers write at every change of public content.

    See `firm.page_cache.invalidation`: on SQLite one row whose ``count`` changes, on PostgreSQL one row for each
    statement.
    """

    count = models.PositiveBigIntegerField(default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Change {self.pk}"
