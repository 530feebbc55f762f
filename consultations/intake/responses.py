"""The responses of the consultation page: the form, the way on after it, and the thank-you page. No cache stores any.

There is no session: what the visitor typed is in the response, the reference in a signed cookie.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect

from consultations.intake.forms import ConsultationForm
from consultations.models import ConsultationPage, ConsultationRequest
from consultations.response_targets import answer_due
from firm.pages.site_context import Breadcrumb, SiteContext

COOKIE = "consultation"
COOKIE_SALT = "consultations.thank-you"
COOKIE_AGE = 3600


def show_form(
    request, page: ConsultationPage, form: ConsultationForm, *, status: int = 200, offers_call: bool = False
) -> HttpResponse:
    """Return the form with what is in it; with ``offers_call`` its summary of errors has the firm's number."""
    site_context = SiteContext.for_request(request)
    metadata = page.metadata(request, site_context)
    if form.is_bound and form.problems:
        metadata.title = f"Error: {metadata.title}"
        metadata.is_indexed = False
    context = {
        "form": form,
        "form_url": page.form_url(request),
        "metadata": metadata,
        "number_instead": site_context.settings.phone if offers_call else "",
    }
    response = page.render(request, context_overrides=context)
    response.status_code = status
    if request.method == "POST":
        response.render()  # so that an error in rendering is met where what was typed can still be returned
    return not_stored(response)


def lead_on(request, page: ConsultationPage, stored: ConsultationRequest) -> HttpResponse:
    """Redirect to the thank-you page, with the reference of the stored request in a signed cookie."""
    response = HttpResponseRedirect(page.thank_you_url(request), status=303)
    response.set_signed_cookie(
        COOKIE,
        stored.reference,
        salt=COOKIE_SALT,
        max_age=COOKIE_AGE,
        path=urlsplit(page.form_url(request)).path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return not_stored(response)


def reference_of(request) -> str:
    """Return the reference in the visitor's cookie; empty if there is none, or it is invalid."""
    return request.get_signed_cookie(COOKIE, "", salt=COOKIE_SALT, max_age=COOKIE_AGE)


def show_thank_you(
    request, page: ConsultationPage, reference: str, choice=None, *, notice: str = "", status: int = 200
) -> HttpResponse:
    """Return the thank-you page; ``choice`` is what `self_booking_view.choice_of` returns."""
    site_context = SiteContext.for_request(request)
    url = page.thank_you_url(request)
    metadata = page.metadata(request, site_context)
    metadata.is_indexed = False
    metadata.title = f"Thank you | {site_context.settings.firm_name}"
    metadata.canonical = site_context.root_url + url
    if choice and choice.form.errors:
        metadata.title = f"Error: {metadata.title}"
    context = {
        "reference": reference,
        "metadata": metadata,
        "breadcrumbs": [*page.breadcrumbs(request), Breadcrumb("Thank you", url)],
        "form_url": page.form_url(request),
        "due_at": answer_due(reference) if page.tells_when and reference else None,
        "choice": choice,
        "notice": notice,
    }
    response = page.render(request, template="consultations/thank_you.html", context_overrides=context)
    response.status_code = status
    return not_stored(response)


def not_stored(response: HttpResponse) -> HttpResponse:
    """Forbid every cache to store a response, the browser's own included (RFC 9111)."""
    response["Cache-Control"] = "no-store"
    return response
