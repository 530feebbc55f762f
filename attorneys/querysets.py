"""Querysets of attorneys and testimonials."""

from wagtail.models import PageManager

from firm.querysets import LINE, FirmPageQuerySet, of, picture_of


class AttorneyQuerySet(FirmPageQuerySet):
    def current(self):
        """Visible attorneys who work here now, in the order of the page tree."""
        return self.visible().of_few().filter(is_former=False).order_by("path")

    def with_portraits(self):
        """With the columns that a card needs."""
        return self.select_related("portrait").only(
            *LINE, "job_title", "role", "is_former", "office", *picture_of("portrait")
        )


class TestimonialQuerySet(FirmPageQuerySet):
    def listed(self):
        """Visible testimonials, newest first, with their practice areas."""
        return (
            self.visible()
            .of_few()
            .select_related("practice_area")
            .only(*LINE, "rating", "body", "attribution", "date", "is_featured", *of("practice_area", LINE))
            .order_by("-date", "-pk")
        )


AttorneyManager = PageManager.from_queryset(AttorneyQuerySet)
TestimonialManager = PageManager.from_queryset(TestimonialQuerySet)
