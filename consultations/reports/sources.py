"""Kinds of traffic sources: pure functions of a referring host and of a landing page."""

import re

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


#: Hosts, including all their subdomains.
_HOSTS = {
    Source.SEARCH: (
        "bing.com baidu.com brave.com chatgpt.com duckduckgo.com ecosia.org kagi.com mojeek.com perplexity.ai"
        " qwant.com startpage.com search.aol.com ask.com"
    ),
    Source.DIRECTORY: (
        "avvo.com bestlawyers.com chambers.com expertise.com findlaw.com justia.com lawinfo.com lawyer.com lawyers.com"
        " legal500.com martindale.com nacdl.org nolo.com nycbar.org nysba.org superlawyers.com thumbtack.com yelp.com"
        " bbb.org"
    ),
    Source.SOCIAL: (
        "bsky.app discord.com facebook.com fb.com instagram.com linkedin.com lnkd.in messenger.com nextdoor.com"
        " pinterest.com quora.com reddit.com snapchat.com t.co t.me threads.net tiktok.com twitter.com whatsapp.com"
        " x.com youtu.be youtube.com"
    ),
}
_KNOWN = {name: source for source, names in _HOSTS.items() for name in names.split()}
#: Search engines with national domains: google.co.uk, but not google.example.com.
_COUNTRIES = re.compile(r"(?:^|\.)(?:google|yahoo|yandex)\.(?:com|net|[a-z]{2}|com?\.[a-z]{2})$")
#: Webmail of a search engine is no search.
_MAIL = re.compile(r"^(?:mail|e\.mail|[a-z]+\.mail)\.")
_FIRST = {
    "": Landing.HOME,
    "practice-areas": Landing.AREA,
    "attorneys": Landing.ATTORNEY,
    "blog": Landing.BLOG,
    "testimonials": Landing.TESTIMONIAL,
    "free-consultation": Landing.FORM,
}


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
    return _FIRST.get(path.split("/")[1], Landing.OTHER)
