"""Querysets of posts."""

from django.apps import apps
from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery
from wagtail.models import PageManager

from firm.querysets import LINE, FirmPageQuerySet, picture_of

#: How many tags on other posts are looked at to find what is related to a post, the last written posts first.
NEAR = 100


class BlogPostQuerySet(FirmPageQuerySet):
    def newest_first(self):
        """By date, of the same day the last written first: an order that the index of dates has already."""
        return self.order_by("-date", "-pk")

    def listed(self):
        """Visible posts, newest first, with the columns of a listing."""
        columns = ("date", "summary", "last_published_at", "category__name", "category__slug")
        posts = self.visible().select_related("category", "image")
        return posts.only(*LINE, *columns, *picture_of("image")).newest_first()

    def with_authors(self, authors):
        """Prefetch authors; ``authors`` is the queryset of bylines to use."""
        return self.prefetch_related(Prefetch("authors", queryset=authors))

    def related_to(self, post, tags: list, count: int):
        """The ``count`` most related posts: most shared tags, then same category, then newest.

        Of the posts with one of the tags, only those that were written last are considered: see `NEAR`.
        """
        known = [tag.pk for tag in tags if tag.pk]  # a preview has tags that nobody has saved
        shared = apps.get_model("blog", "PostTag").objects.filter(tag__in=known).exclude(content_object=post.pk)
        number = shared.filter(content_object=OuterRef("pk")).order_by().values("content_object")
        tagged = shared.order_by("-content_object").values("content_object")[:NEAR]
        others = self.visible().filter(category=post.category_id).exclude(pk=post.pk)
        same = others.newest_first().values("pk")[:count]
        return (
            self.listed()
            .filter(Q(pk__in=tagged) | Q(pk__in=same))
            .annotate(shared=Subquery(number.annotate(number=Count("pk")).values("number")))
            .annotate(is_same=Q(category=post.category_id))
            .order_by(F("shared").desc(nulls_last=True), "-is_same", "-date", "-pk")[:count]
        )


BlogPostManager = PageManager.from_queryset(BlogPostQuerySet)
