"""Variables of every template."""

from django.utils.functional import SimpleLazyObject

from firm.pages.site_context import SiteContext


def firm(request) -> dict:
    """Add the site context, which loads nothing until a template uses it."""
    return {"site_context": SimpleLazyObject(lambda: SiteContext.for_request(request))}
