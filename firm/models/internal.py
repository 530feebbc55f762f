"""The base of what the site notes for itself."""

from django.db import models


class InternalModel(models.Model):
    """Rows that no editor sees: without permissions, and left out of Wagtail's reference index."""

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name.capitalize()} {self.pk}"
