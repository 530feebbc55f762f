"""The headers that every public page is answered with, so that a web server in front can send the same ones."""

import hashlib
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse

from firm.page_cache.stored_response import FRAMING, Answer

#: What belongs to one kind of answer, not to the site; the web server's own file says it for pages and for files.
OF_THE_ANSWER = frozenset({"cache-control", "content-type", "vary"})


class _PlainSite(BaseHandler):
    """The site's middleware around an answer with nothing of its own."""

    def _get_response(self, request) -> HttpResponse:
        return HttpResponse("<!doctype html>")


def _plain_answer() -> list[tuple[str, str]]:
    """Return the headers of a plain page at the address of the site."""
    address = urlsplit(settings.SITE_URL)
    environ = {"HTTP_HOST": address.netloc, "wsgi.url_scheme": address.scheme}
    setup_testing_defaults(environ)
    site = _PlainSite()
    site.load_middleware()
    return list(site.get_response(WSGIRequest(environ)).items())


@cache
def page_headers() -> tuple[tuple[str, str], ...]:
    """Return the headers of a page that is kept, in the order in which they are sent."""
    return tuple(Answer.of(_plain_answer(), b"").headers)


def site_headers() -> list[tuple[str, str]]:
    """Return those of them that any file of the site may be sent with."""
    return [(name, value) for name, value in page_headers() if name.lower() not in OF_THE_ANSWER]


def as_set(headers: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return headers as what they say, whatever their order and the case of their names."""
    return frozenset((name.lower(), value) for name, value in headers if name.lower() not in FRAMING - {"vary"})


def digest() -> str:
    """Return a name for the headers of pages: another one as soon as any of them is another."""
    text = "\n".join(sorted(f"{name}: {value}" for name, value in as_set(page_headers())))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
