"""Template tags and filters, built into all templates: pictures, icons, links, phone numbers, signing in."""

import json
import re
from itertools import groupby
from urllib.parse import urlencode, urlsplit

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.templatetags.wagtailcore_tags import richtext

from firm.accounts.networks import browser_of, network_of
from firm.admin_widgets import start
from firm.blocks.hours import DAYS
from firm.blocks.links import LinkKind
from firm.media import lasting_address
from firm.pages.prefetch import rendering
from firm.pages.renditions import ROLES

register = template.Library()
_NORTH_AMERICAN = re.compile(r"\((\d{3})\) (\d{3})-(\d{4})")


@register.inclusion_tag("components/picture.html")
def picture(image, role: str, alt: str | None = None, css: str = "", first: bool = False) -> dict:
    """Render an image from its prepared files; the original serves until the worker has created them.

    ``first`` marks the page's largest picture above the fold: loaded at once and with priority.
    """
    if not image:
        return {"image": None}
    shape = ROLES[role]
    ready = image.ready(shape)
    sources = [
        {"type": f"image/{format_}", "srcset": ", ".join(f"{_url(image, item)} {item.width}w" for item in files)}
        for format_, files in ready.items()
    ]
    fallback = next(reversed(ready.values()), None)
    shown = fallback[0] if fallback else None
    return {
        "image": image,
        "sources": sources[:-1],
        "srcset": sources[-1]["srcset"] if sources else "",
        "src": _url(image, shown) if shown else image.file.url,
        "width": shown.width if shown else image.width,
        "height": shown.height if shown else image.height,
        "sizes": shape.sizes,
        "alt": _alternative(image) if alt is None else alt,
        "css": css,
        "first": first,
    }


def _url(image, variant) -> str:
    return lasting_address(image.file.storage, variant.path)


def _alternative(image) -> str:
    if getattr(image, "decorative", False):
        return ""
    return getattr(image, "contextual_alt_text", None) or image.description or ""


@register.simple_tag
def icon(name: str) -> SafeString:
    """Render an icon of the sprite; hidden from screen readers, so it needs text beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def href(context, link) -> str:
    """Return the URL of a link block; empty when its target is deleted or unpublished."""
    return _target(context["site_context"], link) if link else ""


def _target(site_context, link) -> str:
    kind = link["kind"]
    if kind == LinkKind.CONSULTATION:
        return site_context.consultation_url
    if kind == LinkKind.PHONE:
        return tel(site_context.settings.phone)
    if kind == LinkKind.PAGE:
        page = link["page"]
        return (page.get_url(site_context.request) or "") if page and page.live else ""
    return link["url"]


@register.simple_tag(takes_context=True)
def frame_part(context, template: str) -> SafeString:
    """Render a part of the page frame, cached for all pages that mark the same links as current."""
    site_context = context["site_context"]

    def draw() -> SafeString:
        return render_to_string(template, {"site_context": site_context, "request": site_context.request})

    if settings.DEBUG:  # templates are edited
        return draw()
    path = site_context.request.path
    links = site_context.recall(
        "links", lambda: [_target(site_context, item.value) for item in site_context.marked_links]
    )
    marks = tuple((link in path) + (link == path) for link in links)
    return site_context.recall(("part", template, marks), draw)


@register.simple_tag(takes_context=True)
def prose(context, html: str) -> SafeString:
    """Render rich text; link targets come from the page's prefetch."""
    with rendering(context.get("references")):
        return richtext(html)


@register.simple_tag(takes_context=True)
def page_href(context, page) -> str:
    """Return a page's URL; empty when it is deleted or unpublished."""
    return (page.get_url(context.get("request")) or "") if page and page.live else ""


@register.simple_tag(takes_context=True)
def consultation_href(context, **prefill) -> str:
    """Return the URL of the consultation form, prefilled with the values that are not empty."""
    url = context["site_context"].consultation_url
    query = urlencode({name: value for name, value in prefill.items() if value})
    return f"{url}?{query}" if url and query else url


@register.filter
def tel(number) -> str:
    """Return the ``tel:`` URL of a phone number (RFC 3966); empty without one."""
    return f"tel:{number.as_e164}" if number else ""


@register.filter
def national(number) -> str:
    """Return a phone number in national format, 212-555-0100; a foreign one with its country code."""
    if not number:
        return ""
    match = _NORTH_AMERICAN.fullmatch(number.as_national)
    if number.country_code != 1:
        return number.as_international
    return "-".join(match.groups()) if match else number.as_national


@register.filter
def days_in_words(days: list[str]) -> str:
    """Return days of opening hours in words; adjacent ones as a span: “Monday to Friday”, “Saturday and Sunday”."""
    groups = groupby(DAYS, lambda day: day[0] in days)
    return ", ".join(_span([name for _, name in group]) for is_open, group in groups if is_open)


def _span(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{names[0]} {'and' if len(names) == 2 else 'to'} {names[-1]}"


@register.filter
def hostname(url: str) -> str:
    """Return the host of a URL, without www."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


@register.simple_tag(takes_context=True)
def parent_href(context, page) -> str:
    """Return the URL of the page's parent, without a query."""
    url = (page.get_url(context.get("request")) or "") if page else ""
    return url.rstrip("/").rpartition("/")[0] + "/" if url else ""


@register.simple_tag(takes_context=True)
def next_anchor(context, text: str) -> str:
    """Return the page's next free id for a section."""
    anchors = context.get("anchors")
    return anchors.take(text) if anchors else text


@register.simple_tag
def start_widget(name: str, number: str | None, options: str):
    """Print the data element that starts an admin widget: function, field id if there is one, options as JSON."""
    given = json.loads(options)
    return start(name, given) if number is None else start(name, number, given)


@register.filter
def to_json(value) -> str:
    """Return JSON, for a data attribute."""
    return json.dumps(value)


@register.filter
def grouped(text: str) -> str:
    """Return a key or a code in groups of four."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@register.filter
def network(address: str) -> str:
    """Return the network of an address; nothing for none."""
    return "" if address == "0.0.0.0" else network_of(address)


register.filter("browser", browser_of)
