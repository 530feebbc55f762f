"""What every public page shows besides its content: settings, offices, menus; metadata and JSON-LD for search engines.

The values are cached until public content changes. The vocabulary of JSON-LD is schema.org's. A node that others refer
to has an ``@id``; a page's graph contains every id that it refers to. The firm never publishes ratings of itself
(Google's review snippet rules forbid it).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps

from django.conf import settings as django_settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Site

from firm.blocks.hours import DAYS
from firm.media import absolute_address
from firm.models.settings import FirmSettings
from firm.page_cache.state import recall
from firm.pages.prefetch import resolve
from firm.pages.renditions import ROLES


@dataclass(frozen=True)
class Breadcrumb:
    title: str
    url: str


@dataclass
class Metadata:
    """The contents of a page's ``<head>``."""

    title: str
    description: str = ""
    canonical: str = ""
    image: str = ""
    kind: str = "website"
    is_indexed: bool = True
    graph: list[dict] = field(default_factory=list)

    @property
    def json_ld(self) -> SafeString:
        """The graph as JSON that is safe inside a script element; empty without nodes."""
        if not self.graph:
            return mark_safe("")
        text = json.dumps({"@context": "https://schema.org", "@graph": self.graph}, cls=DjangoJSONEncoder)
        return mark_safe(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def clip(text: str, length: int) -> str:
    """Return ``text`` in one line of at most ``length`` characters, cut between words."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:–-") + "…"


def without_empty(node: dict) -> dict:
    return {key: value for key, value in node.items() if value not in (None, "", [], {})}


def breadcrumb_list(crumbs: list[Breadcrumb], url: str, root_url: str) -> dict:
    return {
        "@type": "BreadcrumbList",
        "@id": f"{url}#breadcrumbs",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": crumb.title, "item": root_url + crumb.url}
            for position, crumb in enumerate(crumbs, 1)
        ],
    }


def opening_hours(hours: list[dict]) -> list[dict]:
    """Return ``OpeningHoursSpecification`` nodes for hours with ``days``, ``opens`` and ``closes``."""
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": [name for day, name in DAYS if day in line["days"]],
            "opens": f"{line['opens']:%H:%M}",
            "closes": f"{line['closes']:%H:%M}",
        }
        for line in hours
    ]


def postal_address(office) -> dict:
    return without_empty(
        {
            "@type": "PostalAddress",
            "streetAddress": ", ".join(office.street.splitlines()),
            "addressLocality": office.city,
            "addressRegion": office.region,
            "postalCode": office.postal_code,
            "addressCountry": office.country,
        }
    )


def firm_settings(site: Site | None) -> FirmSettings:
    """Return the site's settings, or unsaved defaults: rendering a page writes nothing."""
    found = FirmSettings.base_queryset().filter(site=site).first() if site else None
    return found or FirmSettings(site=site)


def cached_for_site(make: Callable) -> cached_property:
    """A property that is cached for the request's site until public content changes."""

    @wraps(make)
    def value(self):
        return self.recall(make.__name__, lambda: make(self))

    return cached_property(value)


class SiteContext:
    """The site context of one request. Its values are shared between requests: do not modify them."""

    def __init__(self, request) -> None:
        self.request = request

    @classmethod
    def for_request(cls, request) -> "SiteContext":
        """Return the request's site context, created on the first call."""
        site_context = getattr(request, "_site_context", None)
        if site_context is None:
            site_context = request._site_context = cls(request)
        return site_context

    def recall(self, key, make: Callable):
        """Return the result of ``make``, cached for this site until public content changes."""
        site = self.site.pk if self.site else None
        return recall(self.request, (key, site, self.root_url), make)

    @cached_property
    def site(self) -> Site | None:
        """The site of the request; the default one for an unknown host."""
        return Site.find_for_request(self.request)

    @cached_for_site
    def settings(self) -> FirmSettings:
        found = firm_settings(self.site)
        resolve([found.header_nav, found.footer_nav, found.legal_nav], request=self.request)
        return found

    @cached_for_site
    def offices(self) -> list:
        return list(self.settings.offices.select_related("map_image")) if self.settings.pk else []

    @property
    def marked_links(self) -> list:
        """The menu links that mark the current page."""
        return [*self.settings.header_nav, *self.settings.legal_nav]

    @property
    def root_url(self) -> str:
        """Scheme and host of the site as configured, without a trailing slash; never those of the request."""
        return django_settings.SITE_URL

    @cached_for_site
    def consultation_url(self) -> str:
        """The URL of the consultation form; empty until one is chosen in the settings."""
        page = self.settings.consultation_page
        return (page.get_url(self.request) or "") if page and page.live else ""

    def share_image_url(self, image) -> str:
        """The absolute URL of ``image`` for sharing, else of the settings' image; empty when neither is ready."""
        for candidate in (image, self.settings.default_social_image):
            made = candidate.ready(ROLES["social"]).get("jpeg") if candidate else None
            if made:
                return absolute_address(self.root_url, candidate.file.storage, made[-1].path)
        return ""

    @property
    def organization_id(self) -> str:
        """The ``@id`` of the firm in structured data."""
        return f"{self.root_url}/#firm"

    @cached_for_site
    def organization(self) -> dict:
        settings = self.settings
        return without_empty(
            {
                "@type": "LegalService",
                "@id": self.organization_id,
                "name": settings.firm_name,
                "description": settings.description,
                "url": f"{self.root_url}/",
                "telephone": str(settings.phone.as_e164) if settings.phone else "",
                "email": settings.email,
                "image": self.share_image_url(None),
                "sameAs": [profile.value["url"] for profile in settings.social_links],
                "address": [postal_address(office) for office in self.offices],
                "openingHoursSpecification": [
                    node for office in self.offices for node in opening_hours([line.value for line in office.hours])
                ],
            }
        )

    def website(self) -> dict:
        return {
            "@type": "WebSite",
            "@id": f"{self.root_url}/#website",
            "url": f"{self.root_url}/",
            "name": self.settings.firm_name,
            "publisher": {"@id": self.organization_id},
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": f"{self.root_url}/search/?q={{q}}"},
                "query-input": "required name=q",
            },
        }


def site_context(request) -> dict:
    """Context processor: the site context, which loads nothing until a template uses it."""
    return {"site_context": SimpleLazyObject(lambda: SiteContext.for_request(request))}
