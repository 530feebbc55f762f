"""The shelves that the database keeps: who stands on them after each kind of change, how many, and by which index."""

import datetime

import pytest
from django.db import connection
from wagtail.models import PageViewRestriction

from blog.models import BlogPostPage, Filing, Shelf, ShelfCount
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 3, 1)


def on(shelf: str, number: int = 0) -> list[int]:
    return list(Filing.objects.on(shelf, number).values_list("post_id", flat=True))


def assert_counts_agree() -> None:
    counted = {(one.shelf, one.number): one.posts for one in ShelfCount.objects.filter(posts__gt=0)}
    found: dict = {}
    for shelf, number in Filing.objects.values_list("shelf", "number"):
        found[shelf, number] = found.get((shelf, number), 0) + 1
    assert counted == found
    assert all(posts >= 0 for posts in ShelfCount.objects.values_list("posts", flat=True))


@pytest.fixture
def post(home):
    return factories.BlogPostPageFactory(date=DAY, tags=["bail"])


def test_a_draft_stands_nowhere(home):
    factories.BlogPostPageFactory(draft=True)
    assert not Filing.objects.exists()


def test_a_post_stands_on_all_its_shelves(post):
    tag = post.tags.get()
    for shelf in ((Shelf.ALL, 0), (Shelf.YEAR, 2024), (Shelf.CATEGORY, post.category_id), (Shelf.TAG, tag.pk)):
        assert on(*shelf) == [post.pk]
    assert_counts_agree()


def test_a_withdrawn_post_leaves_them(post):
    post.unpublish()
    assert not Filing.objects.exists()
    assert_counts_agree()


def test_a_deleted_post_leaves_them(post):
    post.delete()
    assert not Filing.objects.exists()
    assert_counts_agree()


def test_another_date_is_followed_whoever_writes_it(post):
    BlogPostPage.objects.filter(pk=post.pk).update(date=datetime.date(2023, 1, 1))
    assert (on(Shelf.YEAR, 2024), on(Shelf.YEAR, 2023)) == ([], [post.pk])
    assert_counts_agree()


def test_a_tag_taken_off_is_followed(post):
    tag = post.tags.get()
    post.tags.clear()
    post.save_revision().publish()
    assert (on(Shelf.TAG, tag.pk), on(Shelf.ALL)) == ([], [post.pk])
    assert_counts_agree()


def test_a_private_blog_has_empty_shelves_until_it_is_opened(post):
    wall = PageViewRestriction.objects.create(page=post.get_parent(), restriction_type=PageViewRestriction.LOGIN)
    assert not Filing.objects.exists()
    wall.delete()
    assert on(Shelf.ALL) == [post.pk]
    assert_counts_agree()


def test_newest_first_by_date_then_by_publication(home):
    older = factories.BlogPostPageFactory(date=DAY)
    newer = factories.BlogPostPageFactory(date=DAY)
    last = factories.BlogPostPageFactory(date=DAY - datetime.timedelta(days=1))
    assert on(Shelf.ALL) == [newer.pk, older.pk, last.pk]


def test_every_page_of_the_blog_shows_the_right_posts(home, client):
    posts = [factories.BlogPostPageFactory(date=DAY + datetime.timedelta(days=day)).pk for day in range(33)]
    wanted = list(reversed(posts))
    for number in range(1, 5):
        pages = client.get(f"/blog/?page={number}").context["pages"]
        assert [post.pk for post in pages] == wanted[10 * (number - 1) : 10 * number]


def test_a_shelf_is_read_along_its_index_without_sorting(home):
    places = Filing.objects.on(Shelf.TAG, 5).values_list("post_id", flat=True)[1000:1010]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = places.explain()
    assert "filing_in_order" in plan
    assert "TEMP B-TREE" not in plan.upper()
    assert "SORT" not in plan.upper()
