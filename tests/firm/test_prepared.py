"""Queries that are put together once find what the same query finds when it is put together each time."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from blog.models import BlogPostPage
from firm.prepared import Prepared
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def posts(home):
    return [factories.BlogPostPageFactory(slug=f"post-{number}") for number in range(4)]


def test_it_finds_what_the_query_finds_each_time_anew(posts):
    by_slug = Prepared(lambda slug: BlogPostPage.objects.filter(slug=slug).select_related("image"))
    for post in posts:
        assert by_slug.rows(post.slug) == list(BlogPostPage.objects.filter(slug=post.slug)) == [post]
    assert by_slug.rows("nothing") == []
    BlogPostPage.objects.filter(pk=posts[0].pk).update(summary="Another summary.")
    assert by_slug.first("post-0").summary == "Another summary."
    assert by_slug.first("nothing") is None


def test_related_rows_come_in_the_same_query(posts):
    pictured = factories.BlogPostPageFactory(image=factories.ImageFactory())
    numbered = Prepared(lambda number: BlogPostPage.objects.filter(pk=number).select_related("image"))
    with CaptureQueriesContext(connection) as asked:
        assert numbered.first(pictured.pk).image.title == pictured.image.title
    assert len(asked) == 1


def test_columns_that_are_left_out_stay_left_out(posts):
    titles = Prepared(lambda number: BlogPostPage.objects.filter(pk=number).only("title"))
    assert "summary" in titles.first(posts[0].pk).get_deferred_fields()


def test_a_list_of_any_length(posts):
    chosen = Prepared(lambda numbers: BlogPostPage.objects.filter(pk__in=numbers).order_by("pk"))
    numbers = [post.pk for post in posts]
    for count in (1, 3, 4, 2):
        assert [post.pk for post in chosen.rows(numbers[:count])] == numbers[:count]


def test_a_list_beside_others(posts):
    found = Prepared(
        lambda numbers, slug: BlogPostPage.objects.filter(pk__in=numbers).exclude(slug=slug).order_by("pk")
    )
    assert [post.slug for post in found.rows([post.pk for post in posts], "post-2")] == ["post-0", "post-1", "post-3"]


def test_plain_values(posts):
    slugs = Prepared(lambda: BlogPostPage.objects.order_by("slug").values_list("slug", flat=True))
    assert slugs.rows() == ["post-0", "post-1", "post-2", "post-3"]


def test_values_that_come_twice_and_markers_that_look_like_them(posts):
    twice = Prepared(lambda text: Page.objects.filter(slug=text) | Page.objects.filter(title=text))
    Page.objects.filter(pk=posts[0].pk).update(title="post-3")
    assert {page.pk for page in twice.rows("post-3")} == {posts[0].pk, posts[3].pk}
    assert twice.rows("\x011\x01") == []


def test_what_the_query_changes_is_refused(posts):
    beginning = Prepared(lambda text: BlogPostPage.objects.filter(slug__startswith=text))
    with pytest.raises(TypeError, match="changes its values"):
        beginning.rows("post")
    with pytest.raises(TypeError, match="changes its values"):
        Prepared(lambda count: BlogPostPage.objects.all()[:count]).rows(2)


def test_it_is_put_together_once(posts):
    made = []

    def make(slug):
        made.append(slug)
        return BlogPostPage.objects.filter(slug=slug)

    prepared = Prepared(make)
    for post in posts:
        prepared.rows(post.slug)
    assert len(made) == 1


class Other:
    """A connection of somebody else, which counts what is asked by it."""

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, name):
        return getattr(connection, name)

    def cursor(self):
        self.asked += 1
        return connection.cursor()


def test_the_statement_is_shared_and_the_connection_is_that_of_who_asks(posts, monkeypatch):
    numbered, other = Prepared(lambda number: BlogPostPage.objects.filter(pk=number)), Other()
    assert numbered.rows(posts[0].pk) == [posts[0]]
    monkeypatch.setattr("firm.prepared.connections", {"default": other})
    assert numbered.rows(posts[1].pk) == [posts[1]]
    assert other.asked == 1
