"""Named sets of posts."""

from django.db.models import Case, Count, IntegerField, Prefetch, Q, Value, When
from wagtail.models import PageManager

from firm.querysets import LINE, FirmPageQuerySet, of, picture_of

#: What a row of a list draws.
_ROW = (*LINE, "date", "summary", "last_published_at", *of("category", ("name", "slug")), *picture_of("image"))


class BlogPostQuerySet(FirmPageQuerySet):
    """Blog posts."""

    def listed(self):
        """Those that may be seen, newest first, with what a row of a list draws."""
        return (
            self.visible()
            .select_related("category", "image")
            .only(
                *LINE, "date", "summary", "last_published_at", "category__name", "category__slug", *picture_of("image")
            )
            .order_by("-date", "-first_published_at", "-pk")
        )

    def with_authors(self, authors):
        """With the authors of each post; ``authors`` is the queryset of by-lines to fetch."""
        return self.prefetch_related(Prefetch("authors", queryset=authors))

    def in_category(self, category):
        """Posts of a category."""
        return self.filter(category=category)

    def related_to(self, post, tags: list, count: int):
        """Return the ``count`` posts nearest to one with these tags: most shared tags, then same category, then new."""
        keys = [tag.pk for tag in tags]
        same_category = Case(
            When(category_id=post.category_id, then=Value(1)), default=Value(0), output_field=IntegerField()
        )
        return (
            self.listed()
            .exclude(pk=post.pk)
            .annotate(
                shared=Count("tagged_items", filter=Q(tagged_items__tag__in=keys), distinct=True), near=same_category
            )
            .filter(Q(shared__gt=0) | Q(near=1))
            .order_by("-shared", "-near", "-date", "-pk")[:count]
        )


BlogPostManager = PageManager.from_queryset(BlogPostQuerySet)
