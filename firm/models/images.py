"""The site's images and their prepared sizes."""

from dataclasses import dataclass

from django.db import models
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.search import index

from firm.pages.renditions import Role


@dataclass(frozen=True)
class Variant:
    """One prepared file of an image: its storage path, width and height in pixels."""

    path: str
    width: int
    height: int


class FirmImage(AbstractImage):
    """An image in the library.

    `variants` lists the prepared files by role and format. Templates use nothing else: a visitor's request neither
    creates a rendition nor queries for one. `firm.pages.renditions.prepare` fills it in the background.
    """

    credit = models.CharField(
        max_length=120, blank=True, help_text="Who made it, and under which licence. Example: Photograph: J. Doe."
    )
    variants = models.JSONField(default=dict, editable=False)
    variants_of = models.CharField(max_length=120, blank=True, editable=False)

    # The chooser fails over a word and a tag at once unless the tag's name is among the fields to filter by.
    search_fields = [*AbstractImage.search_fields, index.RelatedFields("tags", [index.FilterField("name")])]

    admin_form_fields = (
        "title",
        "file",
        "description",
        "credit",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = "image"
        verbose_name_plural = "images"

    @property
    def variants_key(self) -> str:
        """What the prepared files depend on: the file's content and the focal point."""
        focus = (self.focal_point_x, self.focal_point_y, self.focal_point_width, self.focal_point_height)
        return f"{self.file_hash}:{':'.join(str(part or 0) for part in focus)}"

    def ready(self, role: Role) -> dict[str, list[Variant]]:
        """Return the prepared files of a role by format (``avif``, ``webp``, ``jpeg``), narrowest first."""
        if self.variants_of != self.variants_key:
            return {}
        made = self.variants.get(role.name, {})
        return {format_: [Variant(*entry) for entry in entries] for format_, entries in made.items()}

    def has_ready(self, role: Role) -> bool:
        """Whether every size of the role was prepared from the current file and focal point."""
        return self.variants_of == self.variants_key and role.name in self.variants


class FirmRendition(AbstractRendition):
    image = models.ForeignKey(FirmImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)
        verbose_name = "rendition"
