"""Home-page sections with outside evidence: media, awards, results, statistics."""

from django.utils import timezone
from wagtail import blocks

from firm.blocks import PREVIEWS
from firm.blocks.sections import SectionBlock
from firm.pages.prefetch import FetchedImageBlock, FetchedImageChooserBlock, FetchedPageChooserBlock


class LogoBlock(blocks.StructBlock):
    """A media outlet's logo."""

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
    """A row of logos of one height and one color."""

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
    """Badges that have proof and have not expired."""

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
    """A film or series in which an attorney of the firm appears or is portrayed."""

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
    """Case results, always with the notice that they guarantee nothing."""

    results = blocks.ListBlock(CaseResultBlock(), min_num=1, max_num=12)

    class Meta:
        icon = "clipboard-list"
        template = "blocks/sections/case_results.html"
        label = "Case results"
        description = "Case results, with the notice on prior results."
        preview_value = PREVIEWS["CaseResultsBlock"]


class StatisticBlock(blocks.StructBlock):
    """A verifiable figure."""

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
    """Figures with their sources."""

    items = blocks.ListBlock(StatisticBlock(), min_num=1, max_num=6, label="Figures")

    class Meta:
        icon = "order"
        template = "blocks/sections/statistics.html"
        label = "Statistics"
        description = "Figures, each with its source."
        preview_value = PREVIEWS["StatisticsBlock"]
