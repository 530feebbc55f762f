"""What plain models of this app have in common."""

from django.db import models


class NumberedModel(models.Model):
    """A row that is named by its number alone, and that Wagtail's reference index leaves out."""

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name.capitalize()} {self.pk}"
