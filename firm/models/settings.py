"""Site-wide settings: names, numbers, offices, menus, and legally required notices."""

from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.admin.panels import (
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.models import Orderable

from firm.fields import BlockField, optional_key

PHONE_HELP = "With country code, or as dialled at home. Example: +1 212 555 0100. Shown as (212) 555-0100."
SHORT_PROSE = ["bold", "italic", "link"]


@register_setting(icon="home", order=100)
class FirmSettings(BaseSiteSetting, ClusterableModel):
    """The firm's settings. One row for each site."""

    firm_name = models.CharField(max_length=80, default="The firm", help_text="Shown in header, footer and titles.")
    tagline = models.CharField(max_length=80, blank=True, help_text="Below the name. Example: Criminal defense.")
    description = models.TextField(
        max_length=300,
        blank=True,
        help_text="One or two sentences, for search engines and for pages without their own.",
    )
    default_social_image = optional_key(
        "firm.FirmImage",
        help_text="Shown when a page without a picture is shared. 1,200 × 630 pixels.",
    )

    phone = PhoneNumberField(blank=True, verbose_name="telephone", help_text=PHONE_HELP)
    availability_label = models.CharField(
        max_length=60,
        blank=True,
        help_text="Beside the number at the top of every page. Example: Answered 24 hours a day.",
    )
    email = models.EmailField(
        blank=True, verbose_name="e-mail", help_text="A general address, shown on the contact page."
    )

    consultation_page = optional_key(
        "wagtailcore.Page",
        help_text="The page with the consultation form; buttons that ask for a consultation lead to it.",
    )
    consultation_label = models.CharField(
        max_length=40, default="Free consultation", verbose_name="label of the button"
    )
    header_nav = BlockField("firm.blocks.links.navigation_blocks", blank=True, max_num=6, verbose_name="menu")
    footer_nav = BlockField(
        "firm.blocks.links.footer_blocks", blank=True, max_num=3, verbose_name="columns of the footer"
    )
    legal_nav = BlockField("firm.blocks.links.navigation_blocks", blank=True, max_num=6, verbose_name="legal links")
    social_links = BlockField("firm.blocks.links.social_blocks", blank=True, max_num=6)

    closing_heading = models.CharField(max_length=120, default="Schedule your consultation now", verbose_name="heading")
    closing_text = models.TextField(max_length=300, blank=True, verbose_name="text")
    closing_label = models.CharField(
        max_length=60, default="Request a free consultation", verbose_name="label of the button"
    )

    advertising_label = models.CharField(
        max_length=60,
        default="Attorney Advertising",
        help_text="Printed on every page. New York: Rule 7.1(f) of the Rules of Professional Conduct.",
    )
    results_disclaimer = models.CharField(
        max_length=300,
        default="Prior results do not guarantee a similar outcome.",
        help_text="Printed beside every testimonial and every result. New York: Rule 7.1(e)(3).",
    )
    site_disclaimer = models.TextField(
        max_length=800,
        default=(
            "The information on this website is general and is not legal advice. Using the website or sending a"
            " request does not create an attorney-client relationship."
        ),
        help_text="In the footer of every page.",
    )
    article_disclaimer = models.TextField(
        max_length=500,
        default="It gives general information, and the law may have changed since it was written.",
        help_text="At the end of every blog post.",
    )

    select_related = ["consultation_page", "default_social_image"]

    _tabs = {
        "Firm": [
            MultiFieldPanel(["firm_name", "tagline", "description"], "The firm"),
            MultiFieldPanel(["phone", "availability_label", "email"], "Reaching it"),
            "social_links",
            "default_social_image",
        ],
        "Offices": [
            HelpPanel(content="The first office listed here is named first in the footer and on the contact page."),
            InlinePanel("offices", heading="Offices", label="Office"),
        ],
        "Menus": [
            MultiFieldPanel(["consultation_page", "consultation_label"], "Consultation form"),
            "header_nav",
            "footer_nav",
            "legal_nav",
        ],
        "Closing call": [
            MultiFieldPanel(
                ["closing_heading", "closing_text", "closing_label"], "Closing call, above the footer of every page"
            )
        ],
        "Notices": ["advertising_label", "results_disclaimer", "site_disclaimer", "article_disclaimer"],
    }
    edit_handler = TabbedInterface([ObjectList(panels, heading=heading) for heading, panels in _tabs.items()])

    class Meta:
        verbose_name = "firm"

    @property
    def pictures(self) -> list[tuple]:
        maps = [(office.map_image, "inline") for office in self.offices.all() if office.map_image_id]
        shared = [(self.default_social_image, "social")] if self.default_social_image_id else []
        return [*maps, *shared]


class Office(Orderable):
    firm = ParentalKey(FirmSettings, on_delete=models.CASCADE, related_name="offices")
    name = models.CharField(max_length=60, help_text="Example: Manhattan.")
    street = models.TextField(max_length=200, help_text="Street, floor, suite; one line each.")
    city = models.CharField(max_length=60)
    region = models.CharField(max_length=40, verbose_name="state", help_text="Example: NY.")
    postal_code = models.CharField(max_length=12)
    country = models.CharField(max_length=2, default="US", help_text="Two letters. Example: US.")
    phone = PhoneNumberField(
        blank=True, verbose_name="telephone", help_text=PHONE_HELP + " Leave empty for the firm's."
    )
    hours = BlockField("firm.blocks.hours.hours_blocks", blank=True, collapsed=True)
    hours_note = models.CharField(
        max_length=120, blank=True, help_text="Example: Evenings and weekends by appointment."
    )
    directions = RichTextField(
        features=SHORT_PROSE, blank=True, help_text="How to get there: trains, entrance, parking."
    )
    map_image = optional_key(
        "firm.FirmImage",
        help_text="A drawn map. No map service is loaded on the page.",
    )
    map_url = models.URLField(blank=True, verbose_name="link to a map", help_text="Where the drawn map leads.")

    panels = [
        FieldRowPanel(["name", "phone"]),
        "street",
        FieldRowPanel(["city", "region", "postal_code", "country"]),
        "hours",
        "hours_note",
        "directions",
        FieldRowPanel(["map_image", "map_url"]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "office"

    def __str__(self) -> str:
        return self.name

    @property
    def map_description(self) -> str:
        street = ", ".join(self.street.splitlines())
        return f"Map of the streets around the office at {street}, {self.city}, {self.region} {self.postal_code}"
