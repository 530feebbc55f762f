"""The sections of the home page that need nothing but this app; ``firm/sections.py`` offers them to the page."""

import datetime

from django.db import models
from django.utils import timezone
from wagtail import blocks

from firm.blocks.links import LinkBlock
from firm.blocks.text import PROSE, QuestionBlock, TextBlock
from firm.models import PracticeAreaPage
from firm.references import (
    FetchedImageBlock,
    FetchedImageChooserBlock,
    FetchedPageChooserBlock,
)


def in_chosen_order(queryset, chosen: list) -> list:
    """Return the pages of ``queryset`` that were chosen, in the order in which they were."""
    ids = [page.pk for page in chosen if page is not None]
    found = {page.pk: page for page in queryset.filter(pk__in=ids)} if ids else {}
    return [found[pk] for pk in ids if pk in found]


HEADING_HELP = "Leave empty for a section without a heading of its own."


class SectionBlock(blocks.StructBlock):
    """A section with a heading. Its template is ``templates/blocks/sections/<name>.html``."""

    heading = blocks.CharBlock(required=False, max_length=120, help_text=HEADING_HELP)
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
        preview_value = {
            "kicker": "Federal defense · New York",
            "heading": "A calm voice and a plan when the federal government calls",
            "text": "Talk to a defense lawyer at any hour, free and in confidence.",
            "link": {"label": "Request a free consultation", "kind": "consultation"},
        }


class LogoBlock(blocks.StructBlock):
    """A media outlet's logo."""

    name = blocks.CharBlock(max_length=60, help_text="Read aloud in place of the picture.")
    image = FetchedImageChooserBlock(
        required=False, help_text="One colour on transparent ground. Without it the name is set in type."
    )
    url = blocks.URLBlock(required=False, label="Address of the article or programme")

    class Meta:
        icon = "image"
        label_format = "{name}"


class LogoStripBlock(SectionBlock):
    """A row of logos of one height and one colour."""

    logos = blocks.ListBlock(LogoBlock(), min_num=1, max_num=12)

    class Meta:
        icon = "grip"
        template = "blocks/sections/logo_strip.html"
        label = "Logo strip"
        image_role = "logo"
        description = "Logos of the media, one height and one colour."
        preview_value = {"heading": "As seen on", "logos": [{"name": "Sample Daily"}, {"name": "Sample Evening News"}]}


class BadgeBlock(blocks.StructBlock):
    """A claim with its proof. Advertising rules want every such claim verifiable and current."""

    label = blocks.CharBlock(max_length=40, help_text="Example: Top rated.")
    claim = blocks.CharBlock(max_length=160, help_text="What exactly was awarded, by whom and when.")
    image = FetchedImageChooserBlock(required=False, label="Seal")
    source_name = blocks.CharBlock(max_length=80, label="Source", help_text="Who says so.")
    source_url = blocks.URLBlock(label="Address of the proof")
    valid_until = blocks.DateBlock(help_text="From the day after, the badge is no longer shown.")

    class Meta:
        icon = "success"
        label_format = "{label}"


class BadgesBlock(SectionBlock):
    """Badges whose proof is at hand and not out of date."""

    badges = blocks.ListBlock(BadgeBlock(), min_num=1, max_num=6)

    def get_context(self, value, parent_context=None):
        """Add the badges that are valid today."""
        context = super().get_context(value, parent_context)
        today = timezone.localdate()
        context["badges"] = [badge for badge in value["badges"] if badge["valid_until"] >= today]
        return context

    class Meta:
        icon = "success"
        template = "blocks/sections/badges.html"
        image_role = "seal"
        description = "Awards and ratings, each with its proof; one out of date is not shown."
        preview_value = {
            "badges": [
                {
                    "label": "Top rated",
                    "claim": "Who gave the rating, for what and in which year",
                    "source_name": "Sample Rating Service",
                    "source_url": "https://www.example.org/",
                    "valid_until": datetime.date(2099, 12, 31),
                }
            ]
        }


class OnScreenBlock(SectionBlock):
    """A film or series in which somebody of the firm appears or is portrayed."""

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
        description = "A film or series, and who of the firm is in it."
        preview_value = {
            "heading": "On screen",
            "person": "Todd Spodek",
            "production": "Inventing Anna",
            "platform": "Netflix",
            "year": 2022,
        }


class ValueStatementBlock(SectionBlock):
    """Why this firm: a heading on the left, the text and a link on the right."""

    text = TextBlock(features=PROSE, template=None)
    link = LinkBlock(label="Button")

    class Meta:
        icon = "pilcrow"
        template = "blocks/sections/value_statement.html"
        label = "Value statement"
        description = "Why this firm, in a few paragraphs."
        preview_value = {
            "heading": "Why this firm",
            "text": "<p>Someone answers, whatever the hour.</p>",
            "link": {"label": "Talk to us", "kind": "consultation"},
        }


class CallToActionSectionBlock(SectionBlock):
    """A band across the page that asks for one thing."""

    text = blocks.TextBlock(required=False, rows=2)
    link = LinkBlock(label="Button")

    class Meta:
        icon = "pick"
        template = "blocks/sections/call_to_action.html"
        label = "Call to action"
        description = "A band that asks for one thing."
        preview_value = {
            "heading": "Schedule a consultation",
            "link": {"label": "Request a free consultation", "kind": "consultation"},
        }


class PracticeAreaMode(models.TextChoices):
    """Which practice areas a section shows."""

    ALL = "all", "All, in the order of the page tree"
    CHOSEN = "chosen", "Those chosen below, in that order"


class PracticeAreasBlock(SectionBlock):
    """A ruled list of practice areas: name and one line."""

    mode = blocks.ChoiceBlock(
        search_index=False, choices=PracticeAreaMode.choices, default=PracticeAreaMode.ALL, label="Show"
    )
    chosen = blocks.ListBlock(FetchedPageChooserBlock(page_type="firm.PracticeAreaPage"), default=[])

    def get_context(self, value, parent_context=None):
        """Add the areas; those unpublished or gone are left out."""
        context = super().get_context(value, parent_context)
        listed = PracticeAreaPage.objects.listed()
        is_all = value["mode"] == PracticeAreaMode.ALL
        context["areas"] = list(listed) if is_all else in_chosen_order(listed, value["chosen"])
        return context

    class Meta:
        icon = "list-ul"
        template = "blocks/sections/practice_areas.html"
        label = "Practice areas"
        description = "A list of practice areas, each with one line."
        preview_value = {"heading": "What we can help with", "mode": "all"}


class CaseResultBlock(blocks.StructBlock):
    """What became of one case. The notice on prior results is printed with it, whatever is entered here."""

    headline = blocks.CharBlock(max_length=120)
    charge = blocks.CharBlock(max_length=160)
    outcome = blocks.CharBlock(max_length=160)
    jurisdiction = blocks.CharBlock(max_length=120, help_text="Example: S.D.N.Y.")
    year = blocks.IntegerBlock(min_value=1950, max_value=2100)
    practice_area = FetchedPageChooserBlock(page_type="firm.PracticeAreaPage", required=False)

    class Meta:
        icon = "clipboard-list"
        label_format = "{headline}"


class CaseResultsBlock(SectionBlock):
    """Results of cases, always with the notice that they guarantee nothing."""

    results = blocks.ListBlock(CaseResultBlock(), min_num=1, max_num=12)

    class Meta:
        icon = "clipboard-list"
        template = "blocks/sections/case_results.html"
        label = "Case results"
        description = "What became of some cases, with the notice on prior results."
        preview_value = {
            "heading": "Results",
            "results": [
                {
                    "headline": "Charges dismissed",
                    "charge": "Wire fraud",
                    "outcome": "Dismissed",
                    "jurisdiction": "S.D.N.Y.",
                    "year": 2023,
                }
            ],
        }


class FaqSectionBlock(SectionBlock):
    """Questions that open to show their answers."""

    items = blocks.ListBlock(QuestionBlock(), min_num=1, label="Questions")

    class Meta:
        icon = "help"
        template = "blocks/sections/faq.html"
        label = "Questions and answers"
        description = "Questions that open to show their answers."
        preview_value = {
            "heading": "Questions people ask first",
            "items": [{"question": "Is the first talk free?", "answer": "<p>Yes.</p>"}],
        }


class StatisticBlock(blocks.StructBlock):
    """A figure that somebody can check."""

    figure = blocks.CharBlock(max_length=20, help_text="Example: 94.")
    label = blocks.CharBlock(max_length=160, help_text="What is counted. Example: federal judicial districts.")
    source_name = blocks.CharBlock(max_length=120, label="Source")
    source_url = blocks.URLBlock(required=False, label="Address of the source")
    as_of = blocks.DateBlock(required=False, label="As of")

    class Meta:
        icon = "order"
        label_format = "{figure} {label}"


class StatisticsBlock(SectionBlock):
    """Figures with their sources."""

    items = blocks.ListBlock(StatisticBlock(), min_num=1, max_num=6, label="Figures")

    class Meta:
        icon = "order"
        template = "blocks/sections/statistics.html"
        label = "Statistics"
        description = "Figures, each with its source."
        preview_value = {
            "heading": "In figures",
            "items": [{"figure": "94", "label": "federal judicial districts", "source_name": "United States Courts"}],
        }
