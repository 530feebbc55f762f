"""The blog's feeds, built with Django's syndication framework."""

import datetime
import re

from django.http import HttpResponse
from django.utils import feedgenerator, timezone

from firm.pages.site_context import SiteContext

NEWEST = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def rss(blog, request) -> HttpResponse:
    return _response(feedgenerator.Rss201rev2Feed, blog, request, "feed/")


def atom(blog, request) -> HttpResponse:
    return _response(feedgenerator.Atom1Feed, blog, request, "feed/atom/")


def _response(kind, blog, request, path: str) -> HttpResponse:
    site_context = SiteContext.for_request(request)
    root, address = site_context.root_url, blog.get_url(request)
    feed = kind(
        title=_clean(f"{blog.title} | {site_context.settings.firm_name}"),
        link=root + address,
        description=_clean(blog.description or f"Posts by {site_context.settings.firm_name}"),
        language="en-us",
        feed_url=root + address + path,
        author_name=_clean(site_context.settings.firm_name),
    )
    for post in blog.feed_posts(NEWEST):
        url = root + post.get_url(request)
        feed.add_item(
            title=_clean(post.title),
            link=url,
            description=_clean(post.summary),
            unique_id=url,
            pubdate=_moment(post.date),
            updateddate=post.last_published_at or _moment(post.date),
            categories=[_clean(post.category.name)],
            author_name=_clean(", ".join(author.name for author in post.authors.all())),
        )
    response = HttpResponse(content_type=feed.content_type)
    feed.write(response, "utf-8")
    return response


def _clean(text: str) -> str:
    """Remove control characters that XML 1.0 (section 2.2) cannot represent."""
    return _CONTROL.sub("", text)


def _moment(date: datetime.date) -> datetime.datetime:
    """The start of a day in the firm's time zone."""
    return timezone.make_aware(datetime.datetime.combine(date, datetime.time()))
