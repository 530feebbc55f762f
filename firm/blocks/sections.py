"""The home page's own sections and the base class of every app's sections; ``firm/sections.py`` registers them."""

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from wagtail import blocks

from firm.blocks import PREVIEWS
from firm.blocks.links import LinkBlock
from firm.blocks.text import PROSE, QuestionBlock, TextBlock
from firm.models import PracticeAreaPage
from firm.pages.prefetch import FetchedImageBlock, FetchedImageChooserBlock, FetchedPageChooserBlock


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
    text = blocks.TextBlock(required=False, rows=2)
    link = LinkBlock(label="Button")

    class Meta:
        icon = "pick"
        template = "blocks/sections/call_to_action.html"
        label = "Call to action"
        description = "A full-width call to action."
        preview_value = PREVIEWS["CallToActionSectionBlock"]


class ListMode(models.TextChoices):
    ALL = "all", "All, in the order of the page tree"
    CHOSEN = "chosen", "Those chosen below, in that order"


def _listed() -> list[PracticeAreaPage]:
    return list(PracticeAreaPage.objects.listed())


class PracticeAreasBlock(SectionBlock):
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
    items = blocks.ListBlock(QuestionBlock(), min_num=1, label="Questions")

    class Meta:
        icon = "help"
        template = "blocks/sections/faq.html"
        label = "Questions and answers"
        description = "Questions that open to show their answers."
        preview_value = PREVIEWS["FaqSectionBlock"]


class LogoBlock(blocks.StructBlock):
    name = blocks.CharBlock(max_length=60, help_text="Read aloud in place of the picture.")
    image = FetchedImageChooserBlock(
        required=False, help_text="One color on a transparent background. Without a logo, the name is shown as text."
    )
    url = blocks.URLBlock(required=False, label="Address of the article or programme")

    class Meta:
        icon = "image"
        label = "Logo"
        label_format = "{name}"


class LogoStripBlock(SectionBlock):
    logos = blocks.ListBlock(LogoBlock(), min_num=1, max_num=12)

    class Meta:
        icon = "grip"
        template = "blocks/sections/logo_strip.html"
        label = "Logo strip"
        image_role = "logo"
        description = "Media logos in one height and color."
        preview_value = {"heading": "As seen on", "logos": [{"name": "Sample Daily"}, {"name": "Sample Evening News"}]}


class BadgeBlock(blocks.StructBlock):
    """A claim with its proof. Advertising rules require every such claim to be verifiable and current."""

    label = blocks.CharBlock(max_length=40, help_text="Example: Top rated.")
    claim = blocks.CharBlock(max_length=160, help_text="What was awarded, by whom and when.")
    image = FetchedImageChooserBlock(required=False, label="Seal")
    source_name = blocks.CharBlock(max_length=80, label="Source", help_text="Who awarded it.")
    source_url = blocks.URLBlock(label="Address of the proof")
    valid_until = blocks.DateBlock(help_text="The badge is hidden after this day.")

    class Meta:
        icon = "success"
        label = "Badge"
        label_format = "{label}"


class BadgesBlock(SectionBlock):
    badges = blocks.ListBlock(BadgeBlock(), min_num=1, max_num=6)

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        today = timezone.localdate()
        context["badges"] = [
            badge for badge in value["badges"] if badge["valid_until"] and badge["valid_until"] >= today
        ]
        return context

    class Meta:
        icon = "success"
        template = "blocks/sections/badges.html"
        image_role = "seal"
        description = "Awards and ratings, each with its proof; expired ones are hidden."
        preview_value = PREVIEWS["BadgesBlock"]


class OnScreenBlock(SectionBlock):
    person = blocks.CharBlock(max_length=80, help_text="Who appears, or is portrayed.")
    production = blocks.CharBlock(max_length=80, help_text="Title of the film or series.")
    platform = blocks.CharBlock(required=False, max_length=60, help_text="Example: Netflix.")
    year = blocks.IntegerBlock(required=False, min_value=1895, max_value=2100)
    text = blocks.TextBlock(required=False, rows=3)
    image = FetchedImageBlock(required=False)
    profile = FetchedPageChooserBlock(required=False, help_text="The person's page on this site.")
    url = blocks.URLBlock(required=False, label="Address of the production")

    class Meta:
        icon = "media"
        template = "blocks/sections/on_screen.html"
        label = "On screen"
        label_format = "{production}"
        image_role = "card"
        description = "A film or series, and who from the firm is in it."
        preview_value = PREVIEWS["OnScreenBlock"]


class CaseResultBlock(blocks.StructBlock):
    """The result of one case. The notice on prior results is always printed with it."""

    headline = blocks.CharBlock(max_length=120)
    charge = blocks.CharBlock(max_length=160)
    outcome = blocks.CharBlock(max_length=160)
    jurisdiction = blocks.CharBlock(max_length=120, help_text="Example: S.D.N.Y.")
    year = blocks.IntegerBlock(min_value=1950, max_value=2100)
    practice_area = FetchedPageChooserBlock(page_type="firm.PracticeAreaPage", required=False)

    class Meta:
        icon = "clipboard-list"
        label = "Result"
        label_format = "{headline}"


class CaseResultsBlock(SectionBlock):
    results = blocks.ListBlock(CaseResultBlock(), min_num=1, max_num=12)

    class Meta:
        icon = "clipboard-list"
        template = "blocks/sections/case_results.html"
        label = "Case results"
        description = "Case results, with the notice on prior results."
        preview_value = PREVIEWS["CaseResultsBlock"]


class StatisticBlock(blocks.StructBlock):
    figure = blocks.CharBlock(max_length=20, help_text="Example: 94.")
    label = blocks.CharBlock(max_length=160, help_text="What is counted. Example: federal judicial districts.")
    source_name = blocks.CharBlock(max_length=120, label="Source")
    source_url = blocks.URLBlock(required=False, label="Address of the source")
    as_of = blocks.DateBlock(required=False, label="As of")

    class Meta:
        icon = "order"
        label = "Figure"
        label_format = "{figure} {label}"


class StatisticsBlock(SectionBlock):
    items = blocks.ListBlock(StatisticBlock(), min_num=1, max_num=6, label="Figures")

    class Meta:
        icon = "order"
        template = "blocks/sections/statistics.html"
        label = "Statistics"
        description = "Figures, each with its source."
        preview_value = PREVIEWS["StatisticsBlock"]
