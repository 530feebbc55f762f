"""Views without a page: search, robots.txt, health, errors."""

import datetime
import os
from functools import partial

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.static import serve as serve_file
from wagtail.contrib.sitemaps.views import sitemap as wagtail_sitemap

from firm.error_page import recall
from firm.media import LASTING, is_public
from firm.models import PageText
from firm.monitoring.health import degraded
from firm.monitoring.health_probes import can_grow, disk_free, missing_migrations
from firm.page_cache.middleware import mark_cacheable
from firm.pages.pagination import Pages
from firm.pages.routing import find_site
from firm.pages.site_context import Breadcrumb, Metadata, SiteContext
from firm.search.site_search import clean_query, excerpt, find, highlight, words_of

RESULTS_PER_PAGE = 10
#: Free disk space that a SQLite database needs to accept requests.
NEEDED_BYTES = 16 * 1024 * 1024


@require_safe
def search(request) -> HttpResponse:
    """The search results page. Never indexed."""
    find_site(request)
    site_context = SiteContext.for_request(request)
    query = clean_query(request.GET.get("q", ""))
    results = find(query, site_context.site.root_page) if site_context.site else None
    words = words_of(results.searched) if results else []
    pages = Pages(results.matches if results else [], RESULTS_PER_PAGE, request.GET)
    title = f"Search: {query}" if query else "Search"
    context = {
        "site_context": site_context,
        "query": query,
        "corrected": results.corrected if results else "",
        "is_cut": bool(results and results.is_cut),
        "pages": pages,
        "hits": _hits(request, pages, words),
        "metadata": Metadata(title=f"{title} | {site_context.settings.firm_name}", is_indexed=False),
        "breadcrumbs": [Breadcrumb("Home", "/"), Breadcrumb("Search", request.path)],
    }
    return render(request, "firm/search.html", context)


def _hits(request, pages, words: list[str]) -> list[dict]:
    found = PageText.objects.select_related("page").in_bulk(list(pages))
    return [_hit(request, found[number], words) for number in pages if number in found]


def _hit(request, text: PageText, words: list[str]) -> dict:
    model = text.page.specific_class
    return {
        "url": text.page.get_url(request),
        "title": highlight(text.page.title, words),
        "excerpt": highlight(excerpt(f"{text.summary} {text.text}", words), words),
        "kind": model._meta.verbose_name if model else "",
    }


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request) -> HttpResponse:
    """robots.txt (RFC 9309)."""
    return _text("firm/robots.txt")


@require_safe
def sitemap(request) -> HttpResponse:
    """The sitemap of all public pages, up to the 50,000 URLs of one file (sitemaps.org protocol 0.9)."""
    find_site(request)
    return mark_cacheable(request, wagtail_sitemap(request))


@require_safe
@cache_control(public=True, max_age=86400)
def security_txt(request) -> HttpResponse:
    """security.txt (RFC 9116)."""
    find_site(request)
    email = SiteContext.for_request(request).settings.email
    expires = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(days=180)
    return _text("firm/security.txt", email=email, expires=f"{expires.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}")


def _text(template: str, **context) -> HttpResponse:
    text = render_to_string(template, context | {"site_url": settings.SITE_URL})
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request) -> HttpResponse:
    return redirect(static("img/favicon.ico"))


@require_safe
def media(request, path: str) -> HttpResponse:
    """Serve an uploaded image; a changed image has another URL. Documents have their own view.

    With remote storage, redirect to the file there, so that older links still work.
    """
    if not is_public(path):
        raise Http404("No such file")
    if not isinstance(default_storage, FileSystemStorage):
        return redirect(default_storage.url(path))
    try:
        response = serve_file(request, path, document_root=settings.MEDIA_ROOT)
    except OSError as error:  # a name that the file system cannot even look up
        raise Http404("No such file") from error
    response["Cache-Control"] = LASTING
    return response


def healthz(request) -> HttpResponse:
    """Liveness: uses neither database nor cache."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


def readyz(request) -> JsonResponse:
    """Readiness: 200, or 503 with the names of failed checks.

    ``degraded`` lists bad checks of `firm.monitoring.health` that do not stop requests.
    """
    failed = [name for name, check in _READINESS.items() if not _passes(check)]
    answer = {"ready": not failed, "failed": failed, "degraded": [] if "database" in failed else degraded()}
    return JsonResponse(answer, status=503 if failed else 200, headers={"Cache-Control": "no-store"})


def _passes(check) -> bool:
    try:
        return bool(check())
    except Exception:
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _media_is_writable() -> bool:
    return settings.STORAGES["default"]["BACKEND"] != "django.core.files.storage.FileSystemStorage" or os.access(
        settings.MEDIA_ROOT if os.path.isdir(settings.MEDIA_ROOT) else settings.DATA_DIR, os.W_OK
    )


def _disk_takes_a_request() -> bool:
    """A database file needs room for the next request."""
    is_file = "sqlite" in settings.DATABASES["default"]["ENGINE"]
    return not is_file or (disk_free() > NEEDED_BYTES and can_grow(NEEDED_BYTES))


_READINESS = {
    "database": _database_answers,
    "migrations": lambda: not missing_migrations(),
    "media": _media_is_writable,
    "disk": _disk_takes_a_request,
}


def error(request, exception=None, *, status: int) -> HttpResponse:
    """A page that uses neither database, cache nor session."""
    return HttpResponse(render_to_string(f"{status}.html", recall()), status=status)


bad_request = partial(error, status=400)
permission_denied = partial(error, status=403)
server_error = partial(error, status=500)


def page_not_found(request, exception=None) -> HttpResponse:
    """Show the phone number, a search and the main menu."""
    find_site(request)
    site_context = SiteContext.for_request(request)
    metadata = Metadata(title=f"Page not found | {site_context.settings.firm_name}", is_indexed=False)
    context = {"site_context": site_context, "metadata": metadata}
    return render(request, "404.html", context, status=404)
