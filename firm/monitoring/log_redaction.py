"""Redacts URL paths for the log, which must not hold secrets such as the token of a calendar feed.

Nothing is trusted by default. Of a path with its own URL pattern, numbers alone remain; of a page's path, what looks
like the words of a slug. Everything else becomes an asterisk.
"""

import re

from django.conf import settings

_WORD = r"(?:[a-z]{1,20}|\d{1,6}|[a-z0-9]{1,7})"
_SEGMENT = re.compile(rf"\.?{_WORD}(?:[-.]{_WORD})*")
#: A request's reference, in lower case.
_REFERENCE = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9]{4}-?[a-z0-9]{4}")
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
#: So many digits in one path segment may be a phone number.
_DIGITS, _LENGTH, _PARTS = 7, 100, 12
MASK = "*"
#: The URL name of all pages of the tree.
PAGES = "wagtail_serve"


def clean_path(path: str) -> str:
    """Return a path with every segment masked that does not look like words of a slug."""
    parts = path.split("?", 1)[0].split("/")
    cleaned = [_clean(part) for part in parts[: _PARTS + 1]]
    return "/".join(cleaned if len(parts) <= _PARTS + 1 else [*cleaned, MASK])


def _clean(part: str) -> str:
    if not part:
        return part
    is_plain = len(part) <= _LENGTH and _SEGMENT.fullmatch(part) and not _REFERENCE.fullmatch(part)
    return part if is_plain and sum(map(str.isdigit, part)) < _DIGITS else MASK


def path_of(path: str, match) -> str:
    """Return a request's path as it may be logged; ``match`` is its resolver match, None for an unresolved one."""
    if match is None or match.view_name == PAGES:
        return clean_path(path)
    if _PARAMETER.search(match.route) and "(" not in match.route:
        return "/" + _PARAMETER.sub(lambda found: _value(found, match.kwargs), match.route)
    for given in (*match.args, *match.kwargs.values()):
        if given and not str(given).isdigit():
            path = path.replace(str(given), MASK)
    return "/".join(part if part == MASK else _clean(part) for part in path.split("/"))


def _value(found: re.Match, values: dict) -> str:
    value = values.get(found[2])
    return str(value) if found[1] == "int" and isinstance(value, int) else MASK


def route_of(request) -> str:
    """Return the URL name or the page's type: a bounded set of values."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return "static" if request and request.path.startswith(settings.STATIC_URL) else "none"
    route = getattr(request, "_wagtail_route_for_request", None)
    return route.page._meta.label if match.view_name == PAGES and route else match.view_name or "unnamed"
