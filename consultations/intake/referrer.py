"""Where a visit began, as far as the visitor's browser says: a page of this site, and the site that led to it.

No cookie and no address: without script it is what the Referer header of the form's page says, with script what the
tab remembers. What is not plainly a path or a host counts as nothing.
"""

import re
from urllib.parse import urlsplit

#: The characters of a path (RFC 3986, 3.3). Two slashes at the beginning would name a host.
PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~%!$&'()*+,;=:@-]{0,199}")
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?")


def clean_path(text: str) -> str:
    """Return ``text`` when it is a path without query, of at most 200 characters; else nothing."""
    return text if PATH.fullmatch(text) else ""


def clean_host(text: str) -> str:
    """Return ``text`` in small letters when it is the name of a host, of at most 100 characters; else nothing."""
    lowered = text.lower()
    return lowered if HOST.fullmatch(lowered) else ""


def visit_of(referer: str, host: str) -> dict[str, str]:
    """Return the form's values for ``landing_page`` and ``referring_host``. ``host`` is the site's own."""
    try:
        parts = urlsplit(referer)
        name = parts.hostname or ""
    except ValueError:
        return {"landing_page": "", "referring_host": ""}
    if parts.netloc.lower() == host.lower():
        return {"landing_page": clean_path(parts.path), "referring_host": ""}
    return {"landing_page": "", "referring_host": clean_host(name)}
