"""Where a visit began, as far as the browser says: the first page of this site, and the site that linked to it.

No cookie and no IP address: without script it is the Referer header of the form's page, with script the tab's session
storage. Anything but a plain path or host counts as empty.
"""

import re
from urllib.parse import urlsplit

#: The characters of a path (RFC 3986, 3.3). Two slashes at the beginning would name a host.
PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~%!$&'()*+,;=:@-]{0,199}")
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?")


def clean_path(text: str) -> str:
    """Return ``text`` if it is a path without query of at most 200 characters, else an empty text."""
    return text if PATH.fullmatch(text) else ""


def clean_host(text: str) -> str:
    """Return ``text`` in lower case if it is a host name of at most 100 characters, else an empty text."""
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
