"""Named sets of attorneys and testimonials."""

from django.utils import timezone
from wagtail.models import PageManager

from firm.querysets import LINE, FirmPageQuerySet, of, picture_of


class AttorneyQuerySet(FirmPageQuerySet):
    """Attorneys' pages."""

    def current(self):
        """Those who work here now and may be seen, in the order that editors gave them in the page tree."""
        return self.visible().of_few().filter(is_former=False).order_by("path")

    def with_portraits(self):
        """With the rows that a card draws."""
        return self.select_related("portrait").only(
            *LINE, "job_title", "role", "is_former", "office", *picture_of("portrait")
        )


class TestimonialQuerySet(FirmPageQuerySet):
    """Testimonials."""

    def listed(self):
        """Those that may be seen, newest first, with whom they are about."""
        return (
            self.visible()
            .of_few()
            .select_related("practice_area")
            .only(*LINE, "rating", "body", "attribution", "date", "is_featured", *of("practice_area", LINE))
            .order_by("-date", "-pk")
        )

    def of_the_day(self, count: int) -> list:
        """Return ``count`` of the listed ones: the featured first, the rest in an order that changes each day.

        The order depends on the date alone, so that all visitors of a day, and a cache, see the same.
        """
        day = timezone.localdate().toordinal()
        candidates = list(self.listed()[:200])
        candidates.sort(key=lambda item: (not item.is_featured, (item.pk * 2_654_435_761 ^ day * 40_503) % 65_521))
        return candidates[:count]


AttorneyManager = PageManager.from_queryset(AttorneyQuerySet)
TestimonialManager = PageManager.from_queryset(TestimonialQuerySet)
