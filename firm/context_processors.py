"""Variables of every template."""

from django.utils.functional import SimpleLazyObject

from firm.pages.site_context import Chrome


def firm(request) -> dict:
    """Add the site context, which loads nothing until a template uses it."""
    return {"chrome": SimpleLazyObject(lambda: Chrome.for_request(request))}
