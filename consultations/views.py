"""Answers that belong to no page."""

from django.http import HttpResponse
from django.views.decorators.debug import sensitive_post_parameters

from consultations.intake.offline_response import answer_unavailable, is_sent_form
from consultations.intake.view import answer_unverified
from consultations.models import ConsultationPage
from firm import views
from firm.pages.routing import find_route


@sensitive_post_parameters()
def csrf_failure(request, reason: str = "") -> HttpResponse:
    """Answer a failed CSRF check; the consultation form comes back with what was typed."""
    route = find_route(request, request.path)
    if route is not None and isinstance(route.page, ConsultationPage) and request.method == "POST":
        return answer_unverified(request, route.page)
    return views.permission_denied(request)


@sensitive_post_parameters()
def server_error(request) -> HttpResponse:
    """Answer an error without the database; the sender of the form gets back what was typed."""
    return answer_unavailable(request) if is_sent_form(request) else views.server_error(request)
