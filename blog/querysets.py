"""Querysets of posts."""

from django.apps import apps
from django.db.models import Prefetch
from wagtail.models import PageManager

from blog.models.filing import Filing, Shelf
from firm.querysets import LINE, FirmPageQuerySet, picture_of

#: How many posts of a tag, and how many tags, are looked at to find what is related.
NEAR, MOST_TAGS = 50, 20


class BlogPostQuerySet(FirmPageQuerySet):
    def listed(self):
        """Visible posts, newest first, with the columns of a listing."""
        return (
            self.visible()
            .select_related("category", "image")
            .only(
                *LINE, "date", "summary", "last_published_at", "category__name", "category__slug", *picture_of("image")
            )
            .order_by("-date", "-first_published_at", "-pk")
        )

    def with_authors(self, authors):
        """Prefetch authors; ``authors`` is the queryset of bylines to use."""
        return self.prefetch_related(Prefetch("authors", queryset=authors))

    def on_shelf(self, shelf: str, number: int = 0, part: slice = slice(None)):
        """Those of one part of a shelf, in order; found by the index that keeps it, however many posts there are."""
        places = Filing.objects.on(shelf, number)[part]
        return self.listed().filter(pk__in=places.values("post_id"))

    def related_to(self, post, tags: list, count: int) -> list:
        """Return the ``count`` most related posts: most shared tags, then same category, then newest.

        Only the newest 50 posts of each tag and of the category are considered.
        """
        found: dict[int, list] = {}
        for shelf, date, number in Filing.objects.newest_of(_shelves(post, tags), NEAR):
            near = found.setdefault(number, [0, 0, date, number])
            near[0 if shelf == Shelf.TAG else 1] += 1
        found.pop(post.pk, None)
        best = [near[-1] for near in sorted(found.values(), reverse=True)[:count]]
        posts = {found.pk: found for found in _posts().listed().filter(pk__in=best).order_by()}
        return [posts[number] for number in best if number in posts]


def _shelves(post, tags: list) -> list[tuple[str, int]]:
    return [*((Shelf.TAG, tag.pk) for tag in tags[:MOST_TAGS]), (Shelf.CATEGORY, post.category_id)]


def newest(shelf: str, number: int, count: int) -> list:
    """Return the first ``count`` posts of a shelf, as `BlogPostQuerySet.listed` has them."""
    return list(_posts().on_shelf(shelf, number, slice(count)))


def _posts():
    return apps.get_model("blog", "BlogPostPage").objects


BlogPostManager = PageManager.from_queryset(BlogPostQuerySet)
