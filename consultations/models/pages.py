"""The page with the consultation form, and the one that follows it."""

import re

from django.db import models
from django.http import HttpResponse
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.search import index

from firm.fields import BlockField
from firm.models.base import BasePage
from firm.pages.site_context import SiteContext


class ConsultationPage(RoutablePageMixin, BasePage):
    """The page with the consultation form, and the thank-you page below it.

    ``views`` answers their requests: the module `consultations.intake.view`, set by the app's ``ready``.
    """

    views = None
    is_cached = False

    heading = models.CharField(max_length=120, default="Request a free consultation")
    introduction = models.TextField(
        max_length=400, blank=True, default="Tell us how to reach you. Everything else can wait for the call."
    )
    reassurance = models.TextField(
        max_length=300, blank=True, help_text="One or two sentences above the first question."
    )
    urgent_heading = models.CharField(max_length=80, default="Rather talk now?")
    urgent_note = models.TextField(
        max_length=300,
        default="If someone is in custody, or due in court within three days, please call instead of writing.",
        help_text="Beside the form, above the telephone number.",
    )
    confidentiality = models.TextField(
        max_length=800,
        blank=True,
        default="Please leave out the facts of the case, and anything you would not want others to read.",
        verbose_name="note on confidentiality",
        help_text="Above the tick box and the button.",
    )
    privacy_page = models.ForeignKey(
        "wagtailcore.Page",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The page that says how requests are stored; linked below the button.",
    )
    steps = BlockField("consultations.blocks.step_blocks", blank=True, max_num=5, verbose_name="what happens next")
    acknowledgement = models.TextField(
        max_length=800,
        default=(
            "I understand that sending this form does not make the firm my lawyer, and that I should not send"
            " confidential details before it has agreed to act."
        ),
        help_text="Beside the required tick box. The wording at the time is stored with each request.",
    )
    sms_wording = models.TextField(
        max_length=500,
        verbose_name="consent to text messages",
        default=(
            "You may send text messages to this number about my request. Message and data rates may apply."
            " I can reply STOP at any time."
        ),
        help_text="Beside the tick box, which is never ticked beforehand. The wording is stored with each request.",
    )
    quick_exit_url = models.URLField(
        default="https://www.weather.gov/",
        verbose_name="where “leave this site quickly” leads",
        help_text="Any harmless page of another site.",
    )
    thank_you_heading = models.CharField(max_length=120, default="Thank you. We have your request.")
    thank_you_text = models.TextField(
        max_length=1000,
        default="Someone will get back to you in the way that you chose. If it cannot wait, call us now.",
        help_text="The first paragraph is above the reference, the others below it.",
    )
    tells_when = models.BooleanField(
        default=True,
        verbose_name="say by when somebody will answer",
        help_text="Below the reference. The time is the target that the intake desk has set itself.",
    )

    template = "consultations/consultation_page.html"
    page_description = "The form for a free consultation."
    parent_page_types = ["firm.HomePage"]
    subpage_types = []
    max_count = 1
    allowed_http_methods = ["GET", "HEAD", "POST", "OPTIONS"]
    preview_modes = [("", "Form"), ("errors", "Form with errors"), ("thank-you", "Thank-you page")]
    drawn_with = ("social_image", "privacy_page")

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel([FieldPanel("heading"), FieldPanel("introduction"), FieldPanel("reassurance")], "Opening"),
        MultiFieldPanel(
            [
                FieldPanel("urgent_heading"),
                FieldPanel("urgent_note"),
                FieldPanel("steps"),
                FieldPanel("quick_exit_url"),
            ],
            "Beside the form",
        ),
        MultiFieldPanel(
            [FieldPanel("confidentiality"), FieldPanel("acknowledgement"), PageChooserPanel("privacy_page")],
            "Before sending",
        ),
        MultiFieldPanel([FieldPanel("sms_wording")], "Text messages"),
        MultiFieldPanel(
            [FieldPanel("thank_you_heading"), FieldPanel("thank_you_text"), FieldPanel("tells_when")], "After sending"
        ),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("heading"), index.SearchField("introduction")]

    class Meta:
        verbose_name = "consultation page"

    @property
    def streams(self) -> list:
        return [self.steps]

    @property
    def summary_text(self) -> str:
        return self.introduction

    @property
    def thank_you_paragraphs(self) -> list[str]:
        """The paragraphs of the thank-you page; at least one, perhaps empty."""
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", self.thank_you_text.replace("\r", ""))]
        return [part for part in paragraphs if part] or [""]

    def structured_data(self, site_context: SiteContext) -> list[dict]:
        url = site_context.root_url + (self.get_url(site_context.request) or "")
        firm = {"@id": site_context.organization_id}
        return [{"@type": "ContactPage", "@id": f"{url}#page", "name": self.heading, "url": url, "about": firm}]

    def form_url(self, request) -> str:
        """Return the address of the form; empty in the preview of a new page."""
        return self.get_url(request) or ""

    def thank_you_url(self, request) -> str:
        return f"{self.form_url(request)}thank-you/"

    @path("")
    def serve_form(self, request) -> HttpResponse:
        return self.views.answer_form(request, self)

    @path("thank-you/")
    def serve_thank_you(self, request) -> HttpResponse:
        return self.views.answer_thank_you(request, self)

    def serve_preview(self, request, mode_name: str) -> HttpResponse:
        return self.views.preview(request, self, mode_name)
