"""Metadata and JSON-LD for search engines and social networks: pure functions.

The vocabulary is schema.org's. A node that others refer to has an ``@id``; a page's graph contains every id that it
refers to. The firm never publishes ratings of itself (Google's review snippet rules forbid it).
"""

import json
from dataclasses import dataclass, field

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.safestring import SafeString, mark_safe

from firm.blocks.hours import DAYS


@dataclass(frozen=True)
class Breadcrumb:
    """A breadcrumb: title and path."""

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
    """Return the ``BreadcrumbList`` node of the page at ``url``."""
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
    """Return the ``PostalAddress`` of an office."""
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
