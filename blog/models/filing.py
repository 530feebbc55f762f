"""Where each visible post is filed: kept by the database, so that every list is a short walk along an index."""

from django.db import connection, models


class Shelf(models.TextChoices):
    """What posts are filed under; `Filing.number` says which one of its kind."""

    ALL = "all", "All posts"
    YEAR = "year", "Year"
    CATEGORY = "category", "Category"
    TAG = "tag", "Tag"
    AREA = "area", "Practice area"
    ATTORNEY = "attorney", "Attorney"


class FilingQuerySet(models.QuerySet):
    """Places on shelves."""

    def on(self, shelf: str, number: int = 0):
        """Return those of one shelf, newest post first: numbers of posts are read from the index alone."""
        return self.filter(shelf=shelf, number=number).order_by("-date", "-published_at", "-post_id")

    def newest_of(self, shelves: list[tuple[str, int]], count: int) -> list[tuple]:
        """Return shelf, date and number of the newest ``count`` posts of each of these shelves, by one query."""
        order = "date DESC, published_at DESC, post_id DESC"
        one = f"""SELECT shelf, date, post_id FROM (SELECT shelf, date, published_at, post_id
            FROM {self.model._meta.db_table} WHERE shelf = %s AND number = %s ORDER BY {order} LIMIT {int(count)}) s"""
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join([one] * len(shelves)), [value for shelf in shelves for value in shelf])
            return cursor.fetchall()


class Filing(models.Model):
    """One post on one shelf. Written by triggers alone (`blog.filing`), only for posts that any visitor may see."""

    shelf = models.CharField(max_length=8, choices=Shelf)
    number = models.BigIntegerField(default=0)
    date = models.DateField()
    published_at = models.DateTimeField(null=True)
    post = models.ForeignKey(
        "blog.BlogPostPage", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    objects = FilingQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["shelf", "number", "-date", "-published_at", "-post"], name="filing_in_order"),
        ]
        constraints = [models.UniqueConstraint(fields=["post", "shelf", "number"], name="filed_once")]

    def __str__(self) -> str:
        return f"Post {self.post_id} on {self.shelf} {self.number}"


class ShelfCountQuerySet(models.QuerySet):
    """Counts of shelves."""

    def posts_on(self, *shelves) -> dict[tuple[str, int], int]:
        """Return how many posts there are, by kind and number, where there are any; ``shelves`` are kinds, or single
        ones as pairs.
        """
        wanted = models.Q(pk=None)
        for shelf in shelves:
            wanted |= models.Q(shelf=shelf[0], number=shelf[1]) if isinstance(shelf, tuple) else models.Q(shelf=shelf)
        counts = self.filter(wanted, posts__gt=0).values_list("shelf", "number", "posts")
        return {(shelf, number): posts for shelf, number, posts in counts}


class ShelfCount(models.Model):
    """How many posts are on a shelf; kept by the same triggers."""

    shelf = models.CharField(max_length=8, choices=Shelf)
    number = models.BigIntegerField(default=0)
    posts = models.IntegerField(default=0)

    objects = ShelfCountQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["shelf", "number"], name="shelf_counted_once")]

    def __str__(self) -> str:
        return f"{self.posts} posts on {self.shelf} {self.number}"
