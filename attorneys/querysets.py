"""Named sets of attorneys and testimonials."""

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


AttorneyManager = PageManager.from_queryset(AttorneyQuerySet)
TestimonialManager = PageManager.from_queryset(TestimonialQuerySet)
