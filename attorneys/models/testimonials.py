"""Client testimonials, one page each, and their index."""

from urllib.parse import urlencode

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from wagtail.admin.panels import (
    FieldRowPanel,
    MultiFieldPanel,
    TitleFieldPanel,
)
from wagtail.fields import RichTextField
from wagtail.search import index

from firm.fields import optional_key
from firm.models.base import LINE, BasePage, IndexPage, Listing, of
from firm.pages.article import readable
from firm.pages.pagination import Pages

PER_PAGE = 10


class TestimonialIndexPage(IndexPage):
    page_description = "All testimonials, with a filter."
    parent_page_types = ["firm.HomePage"]
    subpage_types = ["attorneys.TestimonialPage"]

    class Meta:
        verbose_name = "testimonial index"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        listed = TestimonialPage.objects.child_of(self).listed()
        areas = {
            area["practice_area__slug"]: area["practice_area__title"]
            for area in listed.filter(practice_area__live=True)
            .order_by("practice_area__title")
            .values("practice_area__slug", "practice_area__title")
            .distinct()
        }
        chosen = request.GET.get("practice_area", "")
        chosen = chosen if chosen in areas else ""
        if chosen:
            listed = listed.filter(practice_area__slug=chosen)
        context["areas"] = [
            {
                "label": label,
                "url": "?" if slug == chosen else f"?{urlencode({'practice_area': slug})}",
                "is_chosen": slug == chosen,
            }
            for slug, label in areas.items()
        ]
        context["chosen_area"] = areas.get(chosen, "")
        context["pages"] = pages = Pages(listed, PER_PAGE, request.GET)
        if not chosen and pages.number > 1:
            context["metadata"].canonical += pages.own_query
            context["metadata"].title = f"Page {pages.number} | {context['metadata'].title}"
        return context


class TestimonialPage(BasePage):
    """One client's testimonial. The page's title is the headline."""

    rating = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(5)], help_text="One to five."
    )
    body = RichTextField(
        features=["bold", "italic"], help_text="In the client's own words, with the client's written consent."
    )
    attribution = models.CharField(max_length=80, help_text="Who says it, as agreed. Example: R. M., Brooklyn.")
    attorney = optional_key("attorneys.AttorneyPage", related_name="testimonials")
    practice_area = optional_key("firm.PracticeAreaPage", related_name="testimonials")
    date = models.DateField(default=timezone.localdate)
    source = models.CharField(max_length=80, blank=True, help_text="Where it was given. Example: letter to the firm.")
    source_url = models.URLField(blank=True, verbose_name="address of the source")
    is_featured = models.BooleanField(
        default=False, verbose_name="show first", help_text="Comes first on the home page."
    )

    page_description = "What one client says."
    parent_page_types = ["attorneys.TestimonialIndexPage"]
    subpage_types = []
    drawn_with = ("social_image", "attorney", "practice_area")
    listing = Listing(
        ("rating", "body", "attribution", "date", "is_featured", *of("practice_area", LINE)),
        relations=("practice_area",),
        order=("-date", "-pk"),
    )

    content_panels = [
        TitleFieldPanel(
            "title", heading="Headline", placeholder="Headline*", help_text="What it says, in a few words."
        ),
        "rating",
        "body",
        FieldRowPanel(["attribution", "date"]),
        MultiFieldPanel(["attorney", "practice_area"], "About"),
        MultiFieldPanel(["source", "source_url", "is_featured"], "Source and place"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body"), index.SearchField("attribution")]

    class Meta:
        indexes = [models.Index(fields=["-date"], name="testimonial_newest")]
        verbose_name = "testimonial"
        constraints = [
            models.CheckConstraint(condition=models.Q(rating__gte=1, rating__lte=5), name="testimonial_rating_1_to_5")
        ]

    @property
    def summary_text(self) -> str:
        return readable(self.body)
