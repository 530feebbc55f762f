"""The home page's own sections and the base class of every app's sections; ``firm/sections.py`` registers them."""

from django.db import models
from django.db.models import QuerySet
from wagtail import blocks

from firm.blocks import PREVIEWS
from firm.blocks.links import LinkBlock
from firm.blocks.text import PROSE, QuestionBlock, TextBlock
from firm.models import PracticeAreaPage
from firm.pages.prefetch import FetchedImageChooserBlock, FetchedPageChooserBlock


def in_chosen_order(listed: QuerySet | list, chosen: list) -> list:
    """Return the chosen pages in their order, without those that are not ``listed``: deleted or unpublished ones."""
    ids = [page.pk for page in chosen if page is not None]
    found = {page.pk: page for page in (listed if isinstance(listed, list) else listed.filter(pk__in=ids))}
    return [found[pk] for pk in ids if pk in found]


class SectionBlock(blocks.StructBlock):
    """A section with a heading. Its template is ``templates/blocks/sections/<name>.html``."""

    heading = blocks.CharBlock(
        required=False, max_length=120, help_text="Leave empty for a section without a heading of its own."
    )
    introduction = blocks.TextBlock(required=False, rows=2, max_length=400)

    class Meta:
        label_format = "{heading}"


class HeroBlock(blocks.StructBlock):
    """The opening: who, what, where, and how to reach the firm, all on the first screen of a phone."""

    kicker = blocks.CharBlock(
        required=False, max_length=60, help_text="Field and place. Example: Federal defense · New York."
    )
    heading = blocks.CharBlock(max_length=120, help_text="Eight to twelve words: what the firm does, and for whom.")
    text = blocks.TextBlock(required=False, rows=2, max_length=240, help_text="One sentence.")
    image = FetchedImageChooserBlock(
        required=False, help_text="Artwork or portrait, upright, at least 900 × 1,125 pixels."
    )
    link = LinkBlock(label="Button")

    class Meta:
        icon = "home"
        template = "blocks/sections/hero.html"
        label = "Opening"
        label_format = "{heading}"
        image_role = "hero"
        description = "The first screen: a line, a sentence, the button and the number."
        preview_value = PREVIEWS["HeroBlock"]


class ValueStatementBlock(SectionBlock):
    """Why this firm: a heading on the left, the text and a link on the right."""

    text = TextBlock(features=PROSE, template=None)
    link = LinkBlock(label="Button")

    class Meta:
        icon = "pilcrow"
        template = "blocks/sections/value_statement.html"
        label = "Value statement"
        description = "Why this firm, in a few paragraphs."
        preview_value = PREVIEWS["ValueStatementBlock"]


class CallToActionSectionBlock(SectionBlock):
    """A full-width call to action."""

    text = blocks.TextBlock(required=False, rows=2)
    link = LinkBlock(label="Button")

    class Meta:
        icon = "pick"
        template = "blocks/sections/call_to_action.html"
        label = "Call to action"
        description = "A full-width call to action."
        preview_value = PREVIEWS["CallToActionSectionBlock"]


class ListMode(models.TextChoices):
    """Which pages of a type a section shows."""

    ALL = "all", "All, in the order of the page tree"
    CHOSEN = "chosen", "Those chosen below, in that order"


def _listed() -> list[PracticeAreaPage]:
    return list(PracticeAreaPage.objects.listed())


class PracticeAreasBlock(SectionBlock):
    """A list of practice areas: name and one line."""

    mode = blocks.ChoiceBlock(search_index=False, choices=ListMode.choices, default=ListMode.ALL, label="Show")
    chosen = blocks.ListBlock(
        FetchedPageChooserBlock(page_type="firm.PracticeAreaPage", label="Practice area"),
        default=[],
        help_text="Only for “Those chosen below”.",
    )

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        site_context = context.get("site_context")
        areas = site_context.recall("practice areas", _listed) if site_context else _listed()
        context["areas"] = in_chosen_order(areas, value["chosen"]) if value["mode"] == ListMode.CHOSEN else areas
        return context

    class Meta:
        icon = "list-ul"
        template = "blocks/sections/practice_areas.html"
        label = "Practice areas"
        description = "A list of practice areas, each with one line."
        preview_value = {"heading": "What we can help with", "mode": "all"}


class FaqSectionBlock(SectionBlock):
    """Questions that open to show their answers."""

    items = blocks.ListBlock(QuestionBlock(), min_num=1, label="Questions")

    class Meta:
        icon = "help"
        template = "blocks/sections/faq.html"
        label = "Questions and answers"
        description = "Questions that open to show their answers."
        preview_value = PREVIEWS["FaqSectionBlock"]
