"""Sections of other pages that show attorneys and testimonials."""

from functools import partial

from django.db import models
from django.utils import timezone
from wagtail import blocks

from attorneys.models import AttorneyPage, TestimonialPage
from firm.blocks.sections import ListMode, SectionBlock, in_chosen_order
from firm.pages.prefetch import FetchedPageChooserBlock
from firm.registry import PageSection, register_home_section, register_page_section

SHOWN_ON_PAGES = 3


def shown_today(count: int) -> list:
    """Return ``count`` testimonials: featured ones first, the others in an order that changes daily.

    The order depends on the date only, so that all visitors of a day, and a cache, see the same.
    """
    day = timezone.localdate().toordinal()
    candidates = list(TestimonialPage.objects.listed()[:200])
    candidates.sort(key=lambda item: (not item.is_featured, (item.pk * 2_654_435_761 ^ day * 40_503) % 65_521))
    return candidates[:count]


class AttorneysBlock(SectionBlock):
    mode = blocks.ChoiceBlock(search_index=False, choices=ListMode.choices, default=ListMode.ALL, label="Show")
    chosen = blocks.ListBlock(
        FetchedPageChooserBlock(page_type="attorneys.AttorneyPage", label="Attorney"),
        default=[],
        help_text="Only for “Those chosen below”.",
    )

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        is_all = value["mode"] == ListMode.ALL
        listed = AttorneyPage.objects.listed()
        context["attorneys"] = list(listed) if is_all else in_chosen_order(listed, value["chosen"])
        return context

    class Meta:
        icon = "group"
        template = "blocks/sections/attorneys.html"
        description = "A card for each attorney."
        preview_value = {"heading": "Lawyers you can trust", "mode": "all"}


class TestimonialMode(models.TextChoices):
    DAILY = "daily", "Others each day; featured ones first"
    SELECTED = "selected", "Those chosen below, in that order"


class TestimonialsBlock(SectionBlock):
    mode = blocks.ChoiceBlock(
        search_index=False, choices=TestimonialMode.choices, default=TestimonialMode.DAILY, label="Show"
    )
    count = blocks.IntegerBlock(default=2, min_value=1, max_value=6, help_text="How many; only for “Others each day”.")
    selected = blocks.ListBlock(
        FetchedPageChooserBlock(page_type="attorneys.TestimonialPage", label="Testimonial"),
        default=[],
        help_text="Only for “Those chosen below”.",
    )

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        if value["mode"] == TestimonialMode.SELECTED:
            context["testimonials"] = in_chosen_order(TestimonialPage.objects.listed(), value["selected"])
        else:
            context["testimonials"] = shown_today(value["count"])
        return context

    class Meta:
        icon = "openquote"
        template = "blocks/sections/testimonials.html"
        description = "What clients say, with the notice on prior results."
        preview_value = {"heading": "What clients say", "mode": "daily", "count": 1}


def attorneys_in_area(page) -> PageSection | None:
    attorneys = AttorneyPage.objects.listed().filter(practice_areas=page)
    return PageSection("components/sections/area_attorneys.html", {"attorneys": attorneys}) if attorneys else None


def _testimonials(about: str, page) -> PageSection | None:
    found = TestimonialPage.objects.listed().filter(**{about: page})[:SHOWN_ON_PAGES]
    return PageSection("components/sections/testimonials.html", {"testimonials": found}) if found else None


register_home_section("attorneys", AttorneysBlock(group="People"), order=100)
register_home_section("testimonials", TestimonialsBlock(group="People"), order=110)
register_page_section("firm.PracticeAreaPage", attorneys_in_area, order=10)
register_page_section("firm.PracticeAreaPage", partial(_testimonials, "practice_area"), order=30)
register_page_section("attorneys.AttorneyPage", partial(_testimonials, "attorney"), order=20)
