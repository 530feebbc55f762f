"""One link block for the whole site, with errors on the field at fault."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from firm.pages.prefetch import FetchedPageChooserBlock


class LinkKind(models.TextChoices):
    CONSULTATION = "consultation", "The consultation form"
    PHONE = "phone", "The firm's telephone number"
    PAGE = "page", "A page of this site"
    URL = "url", "Another address"


def is_address(value: str) -> None:
    """Refuse everything but web addresses and paths of this site, ``javascript:`` above all."""
    if value.startswith("/") and not value.startswith("//"):
        return
    URLValidator(schemes=["https", "http"])(value)


class LinkBlock(blocks.StructBlock):
    """A label and a target. Form and phone number come from the site's settings, so they stay current."""

    label = blocks.CharBlock(max_length=60, help_text="The text of the link. Example: Request a free consultation.")
    kind = blocks.ChoiceBlock(
        search_index=False, choices=LinkKind.choices, default=LinkKind.CONSULTATION, label="Leads to"
    )
    page = FetchedPageChooserBlock(required=False, help_text="Only for “A page of this site”.")
    url = blocks.CharBlock(
        required=False,
        max_length=500,
        label="Address",
        validators=[is_address],
        help_text="Only for “Another address”. Example: https://www.uscourts.gov/ or /search/.",
    )

    def __init__(self, local_blocks=None, search_index=False, **kwargs):
        super().__init__(local_blocks, search_index=search_index, **kwargs)

    class Meta:
        icon = "link"
        template = "blocks/link.html"
        label_format = "{label}"

    def clean(self, value):
        """Require the target that the kind needs, and drop the others."""
        result = super().clean(value)
        kind = result["kind"]
        for name, owner in (("page", LinkKind.PAGE), ("url", LinkKind.URL)):
            if kind == owner and not result[name]:
                raise StructBlockValidationError(
                    block_errors={name: ValidationError("Choose where the link leads, or another kind of link.")}
                )
            if kind != owner:
                result[name] = None if name == "page" else ""
        return result


class LinkGroupBlock(blocks.StructBlock):
    """A heading and the links below it: one column of the footer."""

    heading = blocks.CharBlock(max_length=40)
    links = blocks.ListBlock(LinkBlock(label="Link"), min_num=1, max_num=8)

    class Meta:
        icon = "list-ul"
        label_format = "{heading}"


class SocialLinkBlock(blocks.StructBlock):
    network = blocks.CharBlock(max_length=30, help_text="Example: LinkedIn.")
    url = blocks.URLBlock(label="Address")

    class Meta:
        icon = "group"
        label_format = "{network}"


def navigation_blocks():
    return [("link", LinkBlock())]


def footer_blocks():
    return [("group", LinkGroupBlock())]


def social_blocks():
    return [("profile", SocialLinkBlock(icon="group"))]
