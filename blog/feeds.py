"""The blog's feeds, built with Django's syndication framework."""

import datetime

from django.http import HttpResponse
from django.utils import feedgenerator, timezone

from firm.chrome import Chrome

NEWEST = 20


def rss(blog, request) -> HttpResponse:
    """Return the newest posts as RSS 2.0."""
    return _response(feedgenerator.Rss201rev2Feed, blog, request, "feed/")


def atom(blog, request) -> HttpResponse:
    """Return the newest posts as Atom."""
    return _response(feedgenerator.Atom1Feed, blog, request, "feed/atom/")


def _response(kind, blog, request, path: str) -> HttpResponse:
    chrome = Chrome.for_request(request)
    root, address = chrome.root_url, blog.get_url(request)
    feed = kind(
        title=f"{blog.title} | {chrome.settings.firm_name}",
        link=root + address,
        description=blog.description or f"Posts by {chrome.settings.firm_name}",
        language="en-us",
        feed_url=root + address + path,
        author_name=chrome.settings.firm_name,
    )
    for post in blog.feed_posts(NEWEST):
        url = root + post.get_url(request)
        feed.add_item(
            title=post.title,
            link=url,
            description=post.summary,
            unique_id=url,
            pubdate=_moment(post.date),
            updateddate=post.last_published_at or _moment(post.date),
            categories=[post.category.name],
            author_name=", ".join(author.name for author in post.authors.all()),
        )
    response = HttpResponse(content_type=feed.content_type)
    feed.write(response, "utf-8")
    return response


def _moment(date: datetime.date) -> datetime.datetime:
    """The start of a day in the firm's time zone."""
    return timezone.make_aware(datetime.datetime.combine(date, datetime.time()))
