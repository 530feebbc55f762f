"""The page types of this app: home, practice areas, standard pages, contact."""

from django.db import models
from wagtail.admin.panels import InlinePanel, MultiFieldPanel
from wagtail.search import index

from firm.fields import BlockField, optional_key
from firm.models.base import BasePage, FootnotedPage, IndexPage, Listing
from firm.pages.article import contents, plain_text, readable
from firm.pages.site_context import SiteContext
from firm.registry import sections_below


class HomePage(BasePage):
    sections = BlockField(
        "firm.registry.home_blocks", blank=True, collapsed=True, help_text="The page from top to bottom."
    )

    template = "firm/home_page.html"
    page_description = "The front page, built from sections."
    stream_fields = ("sections",)
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1

    content_panels = [*BasePage.content_panels, "sections"]
    search_fields = [*BasePage.search_fields, index.SearchField("sections")]

    class Meta:
        verbose_name = "home page"

    @property
    def summary_text(self) -> str:
        hero = next((block.value for block in self.sections if block.block_type == "hero"), None)
        return hero["text"] if hero else ""

    def default_title(self, site_context: SiteContext) -> str:
        return " | ".join(part for part in (site_context.settings.firm_name, site_context.settings.tagline) if part)


class PracticeAreaIndexPage(IndexPage):
    page_description = "The list of all practice areas."
    parent_page_types = ["firm.HomePage"]
    subpage_types = ["firm.PracticeAreaPage"]

    class Meta:
        verbose_name = "practice area index"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["areas"] = PracticeAreaPage.objects.child_of(self).listed()
        return context


class PracticeAreaPage(FootnotedPage):
    summary = models.CharField(max_length=160, help_text="One line, shown in lists. Says what the area covers.")
    introduction = models.TextField(max_length=500, blank=True, help_text="The first paragraph, set larger.")
    image = optional_key("firm.FirmImage")
    body = BlockField("firm.blocks.story.story_blocks", blank=True)
    faq = BlockField("firm.blocks.text.question_blocks", blank=True, verbose_name="questions and answers")

    page_description = "One kind of case: what it is and what to do."
    stream_fields, summary_field = ("body", "faq"), "summary"
    parent_page_types = ["firm.PracticeAreaIndexPage"]
    subpage_types = []
    drawn_with = ("social_image", "image")
    listing = Listing(("summary",))

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(["summary", "introduction", "image"], "Opening"),
        "body",
        "faq",
        InlinePanel("footnotes", label="Footnote", heading="Footnotes"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("summary", boost=2),
        index.SearchField("introduction"),
        index.SearchField("body"),
        index.SearchField("faq"),
    ]

    class Meta:
        verbose_name = "practice area"

    @property
    def pictures(self) -> list[tuple]:
        return [(self.image, "lead")] if self.image_id else []

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["contents"] = contents(self.body)
        context["sections"] = sections_below(self)
        return context

    def structured_data(self, site_context: SiteContext) -> list[dict]:
        """The area as a ``Service`` of the firm, and its questions as a ``FAQPage``."""
        url = site_context.root_url + (self.get_url(site_context.request) or "")
        nodes = [
            {
                "@type": "Service",
                "@id": f"{url}#service",
                "name": self.title,
                "description": self.description,
                "url": url,
                "provider": {"@id": site_context.organization_id},
            }
        ]
        questions = [
            {
                "@type": "Question",
                "name": block.value["question"],
                "acceptedAnswer": {"@type": "Answer", "text": " ".join(readable(block.value["answer"].source).split())},
            }
            for block in self.faq
        ]
        if questions:
            nodes.append({"@type": "FAQPage", "@id": f"{url}#faq", "mainEntity": questions})
        return nodes


class StandardPage(FootnotedPage):
    introduction = models.TextField(max_length=400, blank=True, help_text="The first paragraph, set larger.")
    body = BlockField("firm.blocks.story.story_blocks", blank=True)
    shows_contents = models.BooleanField(default=False, verbose_name="list of contents", help_text="For long pages.")
    reviewed_on = models.DateField(
        null=True, blank=True, verbose_name="last reviewed", help_text="Shown on the page; for legal texts."
    )

    page_description = "A text that stays: about the firm, privacy, terms."
    stream_fields = ("body",)
    parent_page_types = ["firm.HomePage", "firm.StandardPage"]
    subpage_types = ["firm.StandardPage"]

    content_panels = [
        *BasePage.content_panels,
        "introduction",
        "body",
        InlinePanel("footnotes", label="Footnote", heading="Footnotes"),
        MultiFieldPanel(["shows_contents", "reviewed_on"], "Presentation"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("introduction"), index.SearchField("body")]

    class Meta:
        verbose_name = "standard page"

    @property
    def summary_text(self) -> str:
        return self.introduction or plain_text(self.body)[:300]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["contents"] = contents(self.body) if self.shows_contents else []
        return context


class ContactPage(BasePage):
    introduction = models.TextField(max_length=400, blank=True)
    body = BlockField("firm.blocks.story.story_blocks", blank=True)

    page_description = "Telephone, offices, hours and directions."
    stream_fields, summary_field = ("body",), "introduction"
    parent_page_types = ["firm.HomePage"]
    subpage_types = []
    max_count = 1

    content_panels = [*BasePage.content_panels, "introduction", "body"]
    search_fields = [*BasePage.search_fields, index.SearchField("introduction"), index.SearchField("body")]

    class Meta:
        verbose_name = "contact page"

    def rich_texts(self, site_context: SiteContext) -> list[str]:
        return [office.directions for office in site_context.offices]
