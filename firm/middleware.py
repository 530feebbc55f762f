"""Headers in and out: whom to believe about the visitor's address, and what every answer tells the browser."""

import ipaddress
from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest

from firm.admin_paths import is_admin_path

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")
MAX_PATH = 2000
#: What Wagtail's bar on pages, which draws itself from text, does not work under.
TRUSTED_TYPES = frozenset({"require-trusted-types-for", "trusted-types"})
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def _networks() -> list:
    return [ipaddress.ip_network(entry, strict=False) for entry in settings.TRUSTED_PROXIES]


def _is_within(address: str, networks: list) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in networks)


def is_trusted_proxy(address: str) -> bool:
    """True for an address in ``TRUSTED_PROXIES``."""
    return _is_within(address, _networks())


def _says_https(header: str) -> bool:
    return header.strip().lower() == "https"


def scheme_reader() -> Callable[[dict], str]:
    """Return a function that tells the scheme of a request before Django sees it, by the same rules."""
    networks = _networks()

    def scheme_of(environ: dict) -> str:
        forwarded = environ.get("HTTP_X_FORWARDED_PROTO", "")
        if _says_https(forwarded) and _is_within(environ.get("REMOTE_ADDR", ""), networks):
            return "https"
        return environ.get("wsgi.url_scheme", "http")

    return scheme_of


class TrustedProxyMiddleware:
    """Believes X-Forwarded-* only from the addresses in ``TRUSTED_PROXIES``; drops them from everybody else."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response
        self.trusted = _networks()

    def __call__(self, request):
        """Take the visitor's address and scheme from a trusted proxy; otherwise forget what was claimed."""
        given = {name: request.META.pop(name, "") for name in FORWARDED}
        if self._is_trusted(request.META.get("REMOTE_ADDR", "")):
            client = self._client(given["HTTP_X_FORWARDED_FOR"])
            if client:
                request.META["REMOTE_ADDR"] = client
            if _says_https(given["HTTP_X_FORWARDED_PROTO"]):
                request.environ["wsgi.url_scheme"] = "https"
                request._get_scheme = lambda: "https"
        return self.get_response(request)

    def _is_trusted(self, address: str) -> bool:
        return _is_within(address, self.trusted)

    def _client(self, header: str) -> str:
        """The rightmost address that is not one of our proxies: the last one that a proxy of ours has seen itself."""
        for entry in reversed([part.strip() for part in header.split(",")]):
            try:
                ipaddress.ip_address(entry)
            except ValueError:
                return ""
            if not self._is_trusted(entry):
                return entry
        return ""


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy for the public site, a workable one for the staff's side."""

    def process_response(self, request, response):
        """Write the directives in one order, so that every process sends the same header."""
        response = super().process_response(request, response)
        if policy := response.get("Content-Security-Policy"):
            response["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
        return response

    def get_policy_parts(self, request, response, report_only=False) -> PolicyParts:
        """Replace the public policy below the admin's path; let Wagtail's bar work for staff who look at a page."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and is_admin_path(request.path):
            parts.config = settings.ADMIN_CONTENT_SECURITY_POLICY
        elif not report_only and getattr(getattr(request, "_cached_user", None), "is_authenticated", False):
            policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
            parts.config = {name: value for name, value in policy.items() if name not in TRUSTED_TYPES}
        return parts


class ResponseHeadersMiddleware:
    """Headers that Django does not set by itself."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        """Add the headers that the view has not set itself."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        if is_admin_path(request.path):
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response


class CleanAddressMiddleware:
    """Refuses addresses that nothing can be looked up by: with a null byte (400), or longer than any of ours (414)."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        """Refuse the address before anything looks it up."""
        if "\x00" in request.path:
            return HttpResponseBadRequest(
                "The address contains a character that no page has.", content_type="text/plain"
            )
        if len(request.path) > MAX_PATH:
            return HttpResponse("The address is too long.", status=414, content_type="text/plain")
        return self.get_response(request)
