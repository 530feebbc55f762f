"""Drafts, scheduled posts and private posts appear nowhere on the public site."""

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import PageViewRestriction

from tests import factories

pytestmark = pytest.mark.django_db
TITLE = "Habeas corpus explained"


def draft(**values):
    return factories.BlogPostPageFactory(draft=True, **values)


def unpublished(**values):
    post = factories.BlogPostPageFactory(**values)
    post.unpublish()
    return post


def private(**values):
    post = factories.BlogPostPageFactory(**values)
    PageViewRestriction.objects.create(page=post, restriction_type="login")
    return post


def scheduled(**values):
    post = factories.BlogPostPageFactory(draft=True, **values)
    post.go_live_at = timezone.now() + datetime.timedelta(days=1)
    post.save_revision().publish()
    return post


def expired(**values):
    post = factories.BlogPostPageFactory(**values)
    post.expire_at = timezone.now() - datetime.timedelta(days=1)
    post.save_revision().publish()
    call_command("publish_scheduled", verbosity=0)
    return post


@pytest.fixture
def around(home):
    """Every page that shows posts, and what connects a post to it."""
    area, ada = factories.PracticeAreaPageFactory(slug="fraud"), factories.AttorneyPageFactory(slug="ada")
    values = {"category": factories.CategoryFactory(slug="trials"), "tags": ["bail"], "authors": [ada]}
    values |= {"practice_areas": [area], "date": datetime.date(2024, 5, 1)}
    factories.BlogPostPageFactory(title="A neighbour", slug="neighbour", **values)
    home.sections = [{"type": "latest_posts", "value": {"heading": "Blog", "count": 8}}]
    home.save_revision().publish()
    return values


ADDRESSES = [
    "/",
    "/blog/",
    "/blog/category/trials/",
    "/blog/tag/bail/",
    "/blog/archive/2024/",
    "/blog/feed/",
    "/blog/feed/atom/",
    "/blog/neighbour/",
    "/practice-areas/fraud/",
    "/attorneys/ada/",
    "/search/?q=habeas",
    "/sitemap.xml",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_published_post_is_shown(around, client, address):
    factories.BlogPostPageFactory(title=TITLE, slug="habeas", **around)
    assert "/blog/habeas/" in client.get(address).content.decode()


@pytest.mark.parametrize("make", [draft, unpublished, private, scheduled, expired])
def test_a_hidden_post_is_nowhere(around, client, make):
    post = make(title=TITLE, slug="habeas", summary="A secret summary.", **around)
    for address in ADDRESSES:
        response = client.get(address)
        assert response.status_code == 200
        html = response.content.decode()
        assert "/blog/habeas/" not in html, address
        assert "secret summary" not in html, address
        if not address.startswith("/search"):
            assert "Habeas" not in html, address
    answer = client.get(post.get_url())
    assert answer.status_code == (302 if make is private else 404)


@pytest.mark.parametrize("make", [draft, private])
def test_categories_and_years_of_hidden_posts_alone_are_not_offered(around, client, make):
    make(category=factories.CategoryFactory(slug="sealed"), date=datetime.date(2019, 1, 1))
    html = client.get("/blog/").content.decode()
    assert "/blog/category/trials/" in html
    assert "sealed" not in html
    assert "/blog/archive/2019/" not in html
    assert client.get("/blog/archive/2019/").status_code == 404


def test_a_private_blog_hides_its_posts_elsewhere(around, home, client):
    blog = factories.only(factories.BlogIndexPageFactory)
    PageViewRestriction.objects.create(page=blog, restriction_type="login")
    for address in ("/", "/practice-areas/fraud/", "/attorneys/ada/", "/search/?q=neighbour", "/sitemap.xml"):
        assert "/blog/neighbour/" not in client.get(address).content.decode()
    assert client.get("/blog/").status_code == 302
    assert client.get("/blog/feed/").status_code == 302


def test_a_scheduled_post_appears_at_its_hour(around, client, time_machine):
    post = scheduled(title=TITLE, slug="habeas", **around)
    call_command("publish_scheduled", verbosity=0)
    assert client.get("/blog/habeas/").status_code == 404
    time_machine.move_to(post.go_live_at + datetime.timedelta(minutes=1))
    call_command("publish_scheduled", verbosity=0)
    assert client.get("/blog/habeas/").status_code == 200
    for address in ADDRESSES:
        assert "/blog/habeas/" in client.get(address).content.decode(), address
