"""What every template may use."""

from django.utils.functional import SimpleLazyObject

from firm.pages.site_context import Chrome


def firm(request) -> dict:
    """Add ``chrome``, fetched only by templates that draw it."""
    return {"chrome": SimpleLazyObject(lambda: Chrome.for_request(request))}
