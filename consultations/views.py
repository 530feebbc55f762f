"""Answers that belong to no page."""

from django.http import HttpResponse

from consultations.models import ConsultationPage
from firm.routing import find_route
from firm.views import permission_denied


def csrf_failure(request, reason: str = "") -> HttpResponse:
    """Answer a form that failed the check against forgery; the consultation form comes back with what was typed."""
    route = find_route(request, request.path)
    if route is not None and isinstance(route.page, ConsultationPage) and request.method == "POST":
        return route.page.answer_unverified(request)
    return permission_denied(request)
