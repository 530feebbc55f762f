"""URLs of the blog's listings, built from a post's own URL without a query."""

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def category_href(context, post) -> str:
    return f"{_blog_url(context, post)}category/{post.category.slug}/"


@register.simple_tag(takes_context=True)
def tag_href(context, post, tag) -> str:
    return f"{_blog_url(context, post)}tag/{tag.slug}/"


def _blog_url(context, post) -> str:
    url = post.get_url(context.get("request")) or ""
    return url.rstrip("/").rpartition("/")[0] + "/"
