"""The attorney directory and profiles."""

from django.db import models
from django.db.models import OuterRef
from django.forms import CheckboxSelectMultiple
from django.http import HttpResponseRedirect
from django.utils.functional import cached_property
from modelcluster.fields import ParentalManyToManyField
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.search import index

from attorneys.directory import Directory
from attorneys.names import split_name
from firm.fields import BlockField, optional_key
from firm.models import Office
from firm.models.base import BasePage, IndexPage, Listing, RowsBeside, picture_of
from firm.models.settings import PHONE_HELP
from firm.pages.site_context import SiteContext, without_empty
from firm.registry import sections_below


class Language(models.Model):
    """A language in which clients can talk to an attorney."""

    name = models.CharField(max_length=40, unique=True, help_text="In English. Example: Spanish.")
    code = models.CharField(max_length=12, unique=True, help_text="The BCP 47 tag. Example: es.")

    panels = ["name", "code"]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AttorneyRole(models.TextChoices):
    """The position within the firm; a filter of the directory."""

    PARTNER = "partner", "Partner"
    ASSOCIATE = "associate", "Associate"
    OF_COUNSEL = "of_counsel", "Of counsel"


class AttorneyIndexPage(IndexPage):
    """The directory. Its filters are links, so they work without script and can be shared."""

    page_description = "The directory of all attorneys, with filters."
    parent_page_types = ["firm.HomePage"]
    subpage_types = ["attorneys.AttorneyPage"]

    class Meta:
        verbose_name = "attorney directory"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        attorneys = AttorneyPage.objects.child_of(self).listed().prefetch_related("practice_areas", "languages")
        context["directory"] = Directory(list(attorneys), context["site_context"].offices, request.GET, AttorneyRole)
        return context


class AttorneyPage(BasePage):
    """An attorney's profile. The page's title is the name."""

    job_title = models.CharField(
        max_length=80, verbose_name="title", help_text="As on a card. Example: Founding Partner."
    )
    role = models.CharField(max_length=20, choices=AttorneyRole, default=AttorneyRole.ASSOCIATE)
    portrait = optional_key(
        "firm.FirmImage",
        help_text="Upright, 4 to 5, at least 720 × 900 pixels. Set the focal point on the face.",
    )
    summary = models.TextField(max_length=500, help_text="One paragraph: who this is and what they do.")
    biography = BlockField("firm.blocks.story.story_blocks", blank=True)

    email = models.EmailField(blank=True, verbose_name="e-mail")
    direct_line = PhoneNumberField(blank=True, help_text=PHONE_HELP)
    office = optional_key(Office, related_name="attorneys")

    practice_areas = ParentalManyToManyField("firm.PracticeAreaPage", blank=True, related_name="attorneys")
    languages = ParentalManyToManyField(Language, blank=True, related_name="attorneys")
    admissions = BlockField("attorneys.blocks.admission_blocks", blank=True, verbose_name="bar admissions")
    education = BlockField("attorneys.blocks.education_blocks", blank=True)
    matters = BlockField("attorneys.blocks.matter_blocks", blank=True, verbose_name="representative matters")

    is_former = models.BooleanField(
        default=False,
        verbose_name="has left the firm",
        help_text="The profile then leads to the directory; the name stays on posts.",
    )

    page_description = "One attorney: portrait, background, matters, contact."
    stream_fields, summary_field = ("biography", "matters"), "summary"
    parent_page_types = ["attorneys.AttorneyIndexPage"]
    subpage_types = []
    drawn_with = ("social_image", "portrait", "office")
    listing = Listing(
        ("job_title", "role", "is_former", "office", *picture_of("portrait")),
        relations=("portrait",),
        only_if={"is_former": False},
    )
    open_graph_type = "profile"

    content_panels = [
        TitleFieldPanel(
            "title", heading="Name", placeholder="Name*", help_text="As printed. Example: Jane Q. Doe, Jr."
        ),
        MultiFieldPanel([FieldRowPanel(["job_title", "role"]), "portrait", "summary"], "Who"),
        "biography",
        MultiFieldPanel([FieldRowPanel(["email", "direct_line"]), "office"], "Contact"),
        MultiFieldPanel(
            [
                FieldPanel("practice_areas", widget=CheckboxSelectMultiple),
                FieldPanel("languages", widget=CheckboxSelectMultiple),
            ],
            "Work",
        ),
        "admissions",
        "education",
        "matters",
        MultiFieldPanel(["is_former"], "Status"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("job_title"),
        index.SearchField("summary"),
        index.SearchField("biography"),
        index.SearchField("matters"),
        index.FilterField("is_former"),
    ]

    class Meta:
        verbose_name = "attorney"

    @property
    def pictures(self) -> list[tuple]:
        roles = ("portrait", "portrait_card", "thumbnail")
        return [(self.portrait, role) for role in roles] if self.portrait_id else []

    @property
    def is_in_sitemap(self) -> bool:
        """False for former attorneys, whose profiles redirect."""
        return not self.is_former

    @cached_property
    def name_parts(self):
        return split_name(self.title)

    @cached_property
    def spoken(self) -> list[Language]:
        """The languages, ordered by name."""
        spoken = self.fetched("language_rows", Language, "pk", "name", "code")
        return sorted(self.languages.all() if spoken is None else spoken, key=lambda language: language.name)

    @property
    def initials(self) -> str:
        """First letters of given and family name, shown without a portrait."""
        return self.name_parts.given[:1] + self.name_parts.family[:1]

    @classmethod
    def rows_beside(cls) -> dict[str, RowsBeside]:
        spoken = cls.languages.through.objects.filter(attorneypage=OuterRef("pk"))
        names = ("language_id", "language__name", "language__code")
        return super().rows_beside() | {"language_rows": RowsBeside(spoken, *names)}

    def default_title(self, site_context: SiteContext) -> str:
        return f"{self.title}, {self.job_title} | {site_context.settings.firm_name}"

    def serve(self, request, *args, **kwargs):
        """Redirect to the directory when the attorney has left."""
        if self.is_former:
            return HttpResponseRedirect(self.get_parent().get_url(request))
        return super().serve(request, *args, **kwargs)

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["areas"] = [area for area in self.practice_areas.all() if area.live]
        context["sections"] = sections_below(self)
        return context

    def structured_data(self, site_context: SiteContext) -> list[dict]:
        """The attorney as a ``Person`` who works for the firm."""
        url = site_context.root_url + (self.get_url(site_context.request) or "")
        return [
            person_node(self, url, site_context),
            {"@type": "ProfilePage", "@id": url, "mainEntity": {"@id": f"{url}#person"}},
        ]


def person_node(attorney: AttorneyPage, url: str, site_context: SiteContext) -> dict:
    """Return the ``Person`` node of an attorney whose profile is at ``url``."""
    parts = attorney.name_parts
    return without_empty(
        {
            "@type": "Person",
            "@id": f"{url}#person",
            "name": attorney.title,
            "givenName": parts.given,
            "familyName": parts.family,
            "honorificSuffix": parts.suffix,
            "jobTitle": attorney.job_title,
            "description": attorney.description,
            "url": url,
            "email": attorney.email,
            "telephone": attorney.direct_line.as_e164 if attorney.direct_line else "",
            "image": site_context.share_image_url(attorney.portrait) if attorney.portrait_id else "",
            "worksFor": {"@id": site_context.organization_id},
            "knowsLanguage": [language.code for language in attorney.spoken],
        }
    )
