"""Marks of changes to public content."""

from django.db import models

from firm.models.internal import InternalModel


class PublicChange(InternalModel):
    """A mark that database triggers write at every change of public content.

    See `firm.page_cache.invalidation`: on SQLite one row whose ``count`` changes, on PostgreSQL one row for each
    statement.
    """

    count = models.PositiveBigIntegerField(default=0)
