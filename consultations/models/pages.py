"""The page with the consultation form, and the one that follows it."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.search import index

from consultations.calendar import self_booking_view
from consultations.intake.forms import ConsultationForm
from consultations.intake.referrer import visit_of
from consultations.intake.view import answer
from consultations.response_targets import answer_due
from firm.fields import BlockField
from firm.models.base import BasePage
from firm.pages.seo import Breadcrumb
from firm.pages.site_context import SiteContext

COOKIE = "consultation"
COOKIE_SALT = "consultations.thank-you"
COOKIE_AGE = 3600
PREFILLED = ("practice_area", "attorney")
UNVERIFIED = (
    "Nothing was sent: your browser did not return the cookie that protects this form. Your text is still here."
    " Please send it once more. If this comes back, allow cookies for this site, or call us."
)
SAMPLE_REFERENCE = "K7MW-3QFP"


class ConsultationPage(RoutablePageMixin, BasePage):
    """The form. It keeps no session: what the visitor typed is in the answer, the reference in a signed cookie."""

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
        help_text="The page that says how requests are kept; linked below the button.",
    )
    steps = BlockField("consultations.blocks.step_blocks", blank=True, max_num=5, verbose_name="what happens next")
    acknowledgement = models.TextField(
        max_length=800,
        default=(
            "I understand that sending this form does not make the firm my lawyer, and that I should not send"
            " confidential details before it has agreed to act."
        ),
        help_text="Beside the required tick box. The wording at the time is kept with each request.",
    )
    sms_wording = models.TextField(
        max_length=500,
        verbose_name="consent to text messages",
        default=(
            "You may send text messages to this number about my request. Message and data rates may apply."
            " I can reply STOP at any time."
        ),
        help_text="Beside the tick box, which is never ticked beforehand. The wording is kept with each request.",
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
        help_text="The first paragraph stands above the reference, the others below it.",
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
        """The steps."""
        return [self.steps]

    @property
    def summary_text(self) -> str:
        """The introduction."""
        return self.introduction

    @property
    def thank_you_paragraphs(self) -> list[str]:
        """The text of the thank-you page, paragraph by paragraph; at least one, though it may be empty."""
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", self.thank_you_text.replace("\r", ""))]
        return [part for part in paragraphs if part] or [""]

    def structured_data(self, site_context: SiteContext) -> list[dict]:
        """The page as a ``ContactPage`` of the firm."""
        url = site_context.root_url + (self.get_url(site_context.request) or "")
        firm = {"@id": site_context.organization_id}
        return [{"@type": "ContactPage", "@id": f"{url}#page", "name": self.heading, "url": url, "about": firm}]

    # --- Addresses --------------------------------------------------------------------------------

    def form_url(self, request) -> str:
        """The address of the form, without anything filled in; empty in the preview of a new page."""
        return self.get_url(request) or ""

    def thank_you_url(self, request) -> str:
        """The address of the page after the form."""
        return f"{self.form_url(request)}thank-you/"

    @path("")
    @method_decorator(sensitive_post_parameters())
    def answer_form(self, request):
        """Show the form; take in what it sends, and lead on to the thank-you page."""
        if request.method == "POST":
            return answer(self, request)
        prefilled = {name: request.GET.get(name, "") for name in PREFILLED}
        begun = visit_of(request.headers.get("Referer", ""), request.get_host())
        return self.show_form(request, ConsultationForm(page=self, initial=prefilled | begun))

    @path("thank-you/")
    def answer_thank_you(self, request):
        """Show the reference to the browser that sent the request; to all others what they need to know.

        Where open times are offered, what is sent is a choice among them.
        """
        reference = request.get_signed_cookie(COOKIE, "", salt=COOKIE_SALT, max_age=COOKIE_AGE)
        if request.method == "POST" and self_booking_view.is_open():
            return self_booking_view.answer(self, request, reference)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self.show_thank_you(request, reference, self_booking_view.choice_of(reference))

    def answer_unverified(self, request):
        """Show a form that failed the check against forgery again, with all that was typed; a choice is sent anew."""
        if request.path == self.thank_you_url(request):
            return _not_stored(HttpResponseRedirect(request.path, status=303))
        form = ConsultationForm(request.POST, page=self)
        form.is_valid()
        form.add_error(None, UNVERIFIED)
        return self.show_form(request, form, status=403)

    def serve_preview(self, request, mode_name):
        """Show the form, the form with errors, or the thank-you page with a sample reference."""
        if mode_name == "thank-you":
            return self.show_thank_you(request, SAMPLE_REFERENCE)
        data = {"relationship": "family"} if mode_name == "errors" else None
        return self.show_form(request, ConsultationForm(data, page=self))

    # --- Answers ----------------------------------------------------------------------------------

    def show_form(
        self, request, form: ConsultationForm, *, status: int = 200, offers_call: bool = False
    ) -> HttpResponse:
        """Answer with the form and what is in it; with ``offers_call`` its summary of errors has the number."""
        site_context = SiteContext.for_request(request)
        metadata = self.metadata(request, site_context)
        if form.is_bound and form.problems:
            metadata.title = f"Error: {metadata.title}"
            metadata.is_indexed = False
        context = {
            "form": form,
            "form_url": self.form_url(request),
            "metadata": metadata,
            "number_instead": site_context.settings.phone if offers_call else "",
        }
        response = self.render(request, context_overrides=context)
        response.status_code = status
        if request.method == "POST":
            response.render()  # a failure to draw it shall be met where what was typed can still be saved
        return _not_stored(response)

    def lead_on(self, request, stored) -> HttpResponse:
        """Answer a form that is stored: on to the thank-you page, with the reference in a signed cookie."""
        response = HttpResponseRedirect(self.thank_you_url(request), status=303)
        response.set_signed_cookie(
            COOKIE,
            stored.reference,
            salt=COOKIE_SALT,
            max_age=COOKIE_AGE,
            path=urlsplit(self.form_url(request)).path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return _not_stored(response)

    def show_thank_you(
        self, request, reference: str, choice=None, *, notice: str = "", status: int = 200
    ) -> HttpResponse:
        """Answer with the page after the form; ``choice`` is what `choice_page.choice_of` returns."""
        site_context = SiteContext.for_request(request)
        metadata = self.metadata(request, site_context)
        metadata.is_indexed = False
        metadata.title = f"Thank you | {site_context.settings.firm_name}"
        metadata.canonical = site_context.root_url + self.thank_you_url(request)
        crumbs = [*self.breadcrumbs(request), Breadcrumb("Thank you", self.thank_you_url(request))]
        context = {"reference": reference, "metadata": metadata, "breadcrumbs": crumbs}
        context["form_url"] = self.form_url(request)
        context["due_at"] = answer_due(reference) if self.tells_when and reference else None
        context["choice"], context["notice"] = choice, notice
        if choice and choice.form.errors:
            metadata.title = f"Error: {metadata.title}"
        response = self.render(request, template="consultations/thank_you.html", context_overrides=context)
        response.status_code = status
        return _not_stored(response)


def _not_stored(response: HttpResponse) -> HttpResponse:
    """Keep an answer out of every cache, the browser's own included (RFC 9111)."""
    response["Cache-Control"] = "no-store"
    return response
