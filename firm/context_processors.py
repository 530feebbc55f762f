"""What every template may use."""

from django.utils.functional import SimpleLazyObject

from firm.chrome import Chrome


def firm(request) -> dict:
    """Add ``chrome``, fetched only by templates that draw it."""
    return {"chrome": SimpleLazyObject(lambda: Chrome.for_request(request))}
