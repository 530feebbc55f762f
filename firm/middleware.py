"""Middleware: which proxies to trust, whose session is alive, and the security headers of every response."""

import codecs
import ipaddress
from collections.abc import Callable, Iterable
from functools import lru_cache

from asgiref.sync import sync_to_async
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.core.paginator import EmptyPage
from django.db import DataError
from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import NoReverseMatch
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.functional import SimpleLazyObject
from django.utils.http import parse_header_parameters

from firm.accounts.sessions import admitted
from firm.page_cache.middleware import is_cacheable, page_headers

ADMIN_PATH = "/admin/"
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")
#: The key in the WSGI environment of Django's request, from which the request log reads what became of it.
REQUEST = "firm.request"
MAX_PATH = 2000
#: The encodings that anybody sends forms in, as Python names them; others fail or expand while they are decoded.
CHARSETS = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252"})
PRIVATE = "private, no-store"
#: Directives under which Wagtail's user bar does not work: it builds itself from text.
TRUSTED_TYPES = frozenset({"require-trusted-types-for", "trusted-types"})
#: What every response says and Django has no setting for.
FIXED_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}
#: What Wagtail's views raise over a number, a date or a name in an address that is none.
CONVERSION_ERRORS = (ValueError, OverflowError, DataError, NoReverseMatch)
#: From so many characters on, a number fits into no column of ours.
LARGEST_NUMBER = 10


def is_admin_path(path: str) -> bool:
    return path.startswith(ADMIN_PATH) or path == ADMIN_PATH.rstrip("/")


def _networks() -> list:
    return [ipaddress.ip_network(entry, strict=False) for entry in settings.TRUSTED_PROXIES]


def _is_within(address: str, networks: list) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in networks)


def is_trusted_proxy(address: str) -> bool:
    return _is_within(address, _networks())


def _says_https(header: str) -> bool:
    return header.strip().lower() == "https"


def scheme_reader() -> Callable[[str, str, str], str]:
    """Return a function that tells the scheme of a request before Django sees it, by the same rules.

    It takes the header X-Forwarded-Proto, the address that the request came from and the scheme without a proxy.
    """
    networks = _networks()

    @lru_cache(maxsize=1000)
    def scheme_of(forwarded: str, address: str, plain: str) -> str:
        return "https" if _says_https(forwarded) and _is_within(address, networks) else plain

    return scheme_of


class TrustedProxyMiddleware:
    """Accepts X-Forwarded-* only from the addresses in ``TRUSTED_PROXIES``; removes them from other requests.

    It is the outermost of Django's middleware, and gives the request log the request.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response
        self.trusted = _networks()

    def __call__(self, request):
        request.environ[REQUEST] = request
        given = {name: request.META.pop(name, "") for name in FORWARDED}
        if _is_within(request.META.get("REMOTE_ADDR", ""), self.trusted):
            client = self._client(given["HTTP_X_FORWARDED_FOR"])
            if client:
                request.META["REMOTE_ADDR"] = client
            if _says_https(given["HTTP_X_FORWARDED_PROTO"]):
                request.environ["wsgi.url_scheme"] = "https"
                request._get_scheme = lambda: "https"
        return self.get_response(request)

    def _client(self, header: str) -> str:
        """The rightmost address that is not one of our proxies: the last one that a proxy of ours connected to."""
        for entry in reversed([part.strip() for part in header.split(",")]):
            try:
                ipaddress.ip_address(entry)
            except ValueError:
                return ""
            if not _is_within(entry, self.trusted):
                return entry
        return ""


class StaffSessionMiddleware:
    """Treats a request whose session has ended as a visitor's. No query is made until something reads the user."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleLazyObject(lambda: self._user(request))
        request.auser = sync_to_async(lambda: request.user)
        return self.get_response(request)

    def _user(self, request):
        user = get_user(request)
        return admitted(request, user) if user.is_authenticated else user


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """A strict policy for the public site, a wider one for the admin."""

    def process_response(self, request, response):
        """Sort the directives, so that every process sends the same header."""
        response = super().process_response(request, response)
        if policy := response.get("Content-Security-Policy"):
            response["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
        return response

    def get_policy_parts(self, request, response, report_only=False) -> PolicyParts:
        """Use the admin's policy below its path; for signed-in staff, allow what Wagtail's user bar needs."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and is_admin_path(request.path):
            parts.config = settings.ADMIN_CONTENT_SECURITY_POLICY
        elif not report_only and getattr(getattr(request, "_cached_user", None), "is_authenticated", False):
            policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
            parts.config = {name: value for name, value in policy.items() if name not in TRUSTED_TYPES}
        return parts


class ResponseHeadersMiddleware:
    """Sets security headers that Django does not set, unless the view has set them."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        headers = FIXED_HEADERS
        if "Cache-Control" not in response.headers:
            headers = headers | (page_headers() if is_cacheable(request, response) else {"Cache-Control": PRIVATE})
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if is_admin_path(request.path):
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response


class BadAddressMiddleware:
    """Refuses addresses that cannot be meant: 400 for a null byte, 414 for one that is too long.

    Also answers 400 where a view of the admin fails because of what the address says, since Wagtail converts its parts
    without checking. An error that the address does not explain stays an error.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path:
            return _bad_address("The address contains a character that no page has.")
        if len(request.path) > MAX_PATH:
            return HttpResponse("The address is too long.", status=414, content_type="text/plain")
        return self.get_response(request)

    def process_exception(self, request, exception):
        if is_admin_path(request.path) and _is_explained_by(request, exception):
            return _bad_address("The address holds a value that this page cannot use.")
        return None


def _bad_address(text: str) -> HttpResponse:
    return HttpResponseBadRequest(text, content_type="text/plain")


def _is_explained_by(request, exception: Exception) -> bool:
    """True when the exception quotes a value of the address, or the address has one that no column takes."""
    if isinstance(exception, EmptyPage | MultiValueDictKeyError):
        return True
    if not isinstance(exception, CONVERSION_ERRORS):
        return False
    values = [str(value) for _, several in request.GET.lists() for value in several]
    values += [str(value) for value in request.resolver_match.kwargs.values()]
    return any(
        repr(value) in str(exception)
        or "\0" in value
        or (len(value) >= LARGEST_NUMBER and value.removeprefix("-").isdecimal())
        for value in values
    )


class ReadableCharset:
    """WSGI middleware: refuses a charset that forms are not sent in (400).

    Django decodes the query with it while it makes the request, before any middleware of its own could refuse it.
    """

    def __init__(self, application: Callable) -> None:
        self.application = application

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        _, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        if _is_readable(parameters.get("charset")):
            return self.application(environ, start_response)
        body = b"The charset is none that forms are sent in.\n"
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response("400 Bad Request", [*headers, *error_headers()])
        return [body]


def _is_readable(charset: str | None) -> bool:
    """True for the charsets of forms, and for names that nobody knows: Django reads UTF-8 then."""
    if charset is None:
        return True
    try:
        return codecs.lookup(charset).name in CHARSETS
    except LookupError:
        return True


def error_headers() -> list[tuple[str, str]]:
    """Return the headers of an error without content: those of every response, and the strictest policy."""
    headers = FIXED_HEADERS | {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    return list(headers.items())
