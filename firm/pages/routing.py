"""Serves the page tree; finds the page for a path in one or two queries at any depth. Sites and sections are cached.

Wagtail's own routing costs two queries for each step of the path. This one stores its result where Wagtail looks for it
(``request._wagtail_route_for_request``), so that everything after it works as documented.
"""

from copy import copy

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.request import split_domain_port
from wagtail.models import Page, Site, SiteRootPath, get_page_models
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve

from firm.models.base import in_private_section
from firm.page_cache.middleware import mark_cacheable
from firm.page_cache.state import recall

MAX_DEPTH = 12


def serve_page(request, path: str) -> HttpResponse:
    """Serve the page at a path of the page tree; cache it when it is the same for all visitors."""
    route = request._wagtail_route_for_request = find_route(request, path)
    response = wagtail_serve(request, path)
    is_same_for_all = route is not None and getattr(route.page, "is_cached", False) and route.page._routed_public
    return mark_cacheable(request, response) if is_same_for_all else response


def find_site(request) -> Site | None:
    """Return the site for the request's host, else the default one; set the root paths for building URLs."""
    sites = recall(request, "sites", _sites)
    request._wagtail_cached_site_root_paths = [
        SiteRootPath(site.id, site.root_page.url_path, site.root_url, settings.LANGUAGE_CODE) for site in sites
    ]
    hostname, port = split_domain_port(request._get_raw_host())[0], request.get_port()
    same_host = [site for site in sites if site.hostname == hostname]
    exact = [site for site in same_host if str(site.port) == port]
    default = [site for site in sites if site.is_default_site]
    found = exact or [site for site in same_host if site.is_default_site]
    found = found or (same_host if len(same_host) == 1 else default)
    request._wagtail_site = found[0] if found else None
    return request._wagtail_site


def _sites() -> list[Site]:
    """Return all sites with their root pages, the deepest root first."""
    rows = Site.objects.select_related("root_page").annotate(is_private=in_private_section("root_page__path"))
    sites = list(rows.order_by("-root_page__url_path", "-is_default_site", "hostname"))
    for site in sites:
        site.root_page.is_private = site.is_private
    return sites


def find_route(request, path: str) -> RouteResult | None:
    """Return the page and its view's arguments for a path below the site's root, or None."""
    site = find_site(request)
    if site is None:
        return None
    steps = [step for step in path.split("/") if step]
    if len(steps) > MAX_DEPTH:
        return None
    chain = _sections_along(request, site, steps)
    rest = steps[len(chain) - 1 :]
    page = (_uncached_page(request, chain[-1], rest[0]) or _child(chain[-1], rest[0])) if rest else None
    if page is None:
        page = _specific(chain[-1])
    else:
        chain.append(page)
        rest = rest[1:]
    page._routed_ancestors = chain[:-1]
    page._routed_public = not any(step.is_private or step.alias_of_id for step in chain)
    try:
        return page.route(request, rest)
    except Http404:
        return None


def _sections_along(request, site: Site, steps: list[str]) -> list[Page]:
    """Return the site's root and the pages with children below it, as far as they lie along the path."""
    sections = recall(request, "sections", _sections)
    chain = [site.root_page]
    for step in steps:
        section = sections.get(f"{chain[-1].url_path}{step}/")
        if section is None:
            break
        chain.append(section)
    return chain


def _sections() -> dict[str, Page]:
    """Return all pages with children by URL path; they are few, however many pages there are."""
    return {page.url_path: page for page in _with_restriction(Page.objects.filter(numchild__gt=0).order_by())}


def _with_restriction(pages):
    return pages.annotate(is_private=in_private_section())


def _uncached_page(request, parent: Page, slug: str) -> Page | None:
    """Return a copy of a child page whose responses are not cached: each request would query for it."""
    page = recall(request, "uncached pages", _uncached_pages).get(f"{parent.url_path}{slug}/")
    return copy(page) if page else None


def _uncached_pages() -> dict[str, Page]:
    """Return the pages without cached responses by URL path: a form or two."""
    types = [model for model in get_page_models() if hasattr(model, "drawn_with") and not model.is_cached]
    found = (page for model in types for page in _with_restriction(model.objects.for_display()).order_by())
    return {page.url_path: page for page in found}


def _child(parent: Page, slug: str) -> Page | None:
    """Return the child page as its own type; in one query where the tree allows only one type.

    The database has an index on slugs, but none on whole paths.
    """
    path = f"{parent.url_path}{slug}/"
    types = parent.specific_class.allowed_subpage_models() if parent.specific_class else []
    if len(types) == 1 and hasattr(types[0], "drawn_with"):
        return _at_address(types[0], slug, path)
    page = _at_address(Page, slug, path)
    if page is None:
        return None
    found = _specific(page)
    found.is_private = page.is_private
    return found


def _specific(page: Page) -> Page:
    """Return the page as its own type, with the rows it is rendered from."""
    model = page.specific_class
    if model is None or not hasattr(model, "drawn_with"):
        return page.specific
    found = model.objects.for_display().filter(pk=page.pk).first()
    if found is None:
        raise Http404(f"The page {page.pk} is gone")
    return found


def _at_address(model, slug: str, path: str) -> Page | None:
    pages = model.objects.all() if model is Page else model.objects.for_display()
    return _with_restriction(pages).filter(slug=slug, url_path=path).first()
