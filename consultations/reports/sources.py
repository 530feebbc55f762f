"""Kinds of traffic sources: pure functions of a referring host and of a landing page."""

import re
import tomllib
from pathlib import Path

from django.db import models


class Source(models.TextChoices):
    SEARCH = "search", "Search engines"
    DIRECTORY = "directory", "Directories of lawyers"
    SOCIAL = "social", "Social networks"
    OTHER = "other", "Other sites"
    DIRECT = "direct", "Direct, or not said"


class Landing(models.TextChoices):
    HOME = "home", "Home"
    AREA = "area", "Practice areas"
    ATTORNEY = "attorney", "Attorneys"
    BLOG = "blog", "Blog"
    TESTIMONIAL = "testimonial", "Testimonials"
    FORM = "form", "The consultation form"
    OTHER = "other", "Other pages"
    UNKNOWN = "unknown", "Not said"


_FILE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_KNOWN = {name: Source(source) for source, names in _FILE["hosts"].items() for name in names}
#: Search engines with national domains: google.co.uk, but not google.example.com.
_COUNTRIES = re.compile(r"(?:^|\.)(?:google|yahoo|yandex)\.(?:com|net|[a-z]{2}|com?\.[a-z]{2})$")
#: Webmail of a search engine is no search.
_MAIL = re.compile(r"^(?:mail|e\.mail|[a-z]+\.mail)\.")


def source_of(host: str) -> Source:
    """Return the kind of a referring host. Empty means a bookmark, a typed address, or a browser that does not tell."""
    host = host.strip().lower().rstrip(".")
    if not host:
        return Source.DIRECT
    if _MAIL.match(host):
        return Source.OTHER
    parts = host.split(".")
    for start in range(len(parts)):
        if found := _KNOWN.get(".".join(parts[start:])):
            return found
    return Source.SEARCH if _COUNTRIES.search(host) else Source.OTHER


def landing_of(path: str) -> Landing:
    if not path.startswith("/"):
        return Landing.UNKNOWN
    return Landing(_FILE["pages"].get(path.split("/")[1], Landing.OTHER))
