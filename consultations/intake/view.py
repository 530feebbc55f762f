"""Views of the consultation page. A sent form is limited, sorted and stored; every response has what was typed."""

import logging
from datetime import timedelta

from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from consultations.intake import self_booking_view
from consultations.intake.forms import ConsultationForm
from consultations.intake.offline_response import RETRY_AFTER, answer_unavailable
from consultations.intake.rate_limits import HOUR, UNCOUNTED, Count, expect_submission
from consultations.intake.receive import Arrival, receive, sent_before
from consultations.intake.referrer import visit_of
from consultations.intake.responses import lead_on, not_stored, reference_of, show_form, show_thank_you
from consultations.intake.spam import assess
from consultations.models import ConsultationPage, IntakeSettings
from firm.lock_timeout import at_most

logger = logging.getLogger(__name__)
#: Seconds to wait for a locked database before the sender is told to call.
LOCK_TIMEOUT = 8
TOO_MANY = (
    "Nothing was sent yet: very many requests have come from your network in a short time. Your text is still here."
    " Please send it again {when}, or call us."
)
NOT_STORED = (
    "We could not save your request, so nothing was sent. The fault is ours, and your text is still here."
    " Please send it again in a moment, or call us."
)
PREFILLED = ("practice_area", "attorney")
UNVERIFIED = (
    "Nothing was sent: your browser did not return the cookie that protects this form. Your text is still here."
    " Please send it once more. If this comes back, allow cookies for this site, or call us."
)
SAMPLE_REFERENCE = "K7MW-3QFP"


@sensitive_post_parameters()
def answer_form(request, page: ConsultationPage) -> HttpResponse:
    """Show the form, or take in what it sends and redirect to the thank-you page."""
    if request.method == "POST":
        return _receive(request, page)
    prefilled = {name: request.GET.get(name, "") for name in PREFILLED}
    begun = visit_of(request.headers.get("Referer", ""), request.get_host())
    return show_form(request, page, ConsultationForm(page=page, initial=prefilled | begun))


def answer_thank_you(request, page: ConsultationPage) -> HttpResponse:
    """Show the reference to the browser that sent the request, and to all others what they need to know.

    Where open times are offered, a POST chooses one of them.
    """
    reference = reference_of(request)
    if request.method == "POST" and IntakeSettings.current().offers_times:
        return self_booking_view.answer(request, page, reference)
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return show_thank_you(request, page, reference, self_booking_view.choice_of(reference))


def answer_unverified(request, page: ConsultationPage) -> HttpResponse:
    """Show a form that failed the CSRF check again, with all that was typed; a chosen time has to be sent again."""
    if request.path == page.thank_you_url(request):
        return not_stored(HttpResponseRedirect(request.path, status=303))
    form = ConsultationForm(request.POST, page=page)
    form.is_valid()
    form.add_error(None, UNVERIFIED)
    return show_form(request, page, form, status=403)


def preview(request, page: ConsultationPage, mode: str) -> HttpResponse:
    if mode == "thank-you":
        return show_thank_you(request, page, SAMPLE_REFERENCE)
    data = {"relationship": "family"} if mode == "errors" else None
    return show_form(request, page, ConsultationForm(data, page=page))


def _receive(request, page: ConsultationPage) -> HttpResponse:
    """Take in a form. Trouble of ours is answered with 503 and all that was typed.

    The log has the type of an error only: database messages quote the values that they refuse.
    """
    sent = request.POST  # a body that cannot be read is for Django to answer: 400
    try:
        return _answer(request, page, sent)
    except Exception as error:
        _log("The consultation form could not be answered", error)
    return answer_unavailable(request)


def _answer(request, page, sent) -> HttpResponse:
    form = ConsultationForm(sent, page=page)
    if not form.is_valid():
        return show_form(request, page, form, status=422)
    token = form.cleaned_data["form_token"]
    # Reading can wait as long as writing: PostgreSQL locks whole tables for some migrations.
    with at_most(LOCK_TIMEOUT):
        # A form that was stored before is no new submission: its repetition and its correction are never refused.
        earlier = sent_before(token)
        count = UNCOUNTED if earlier else _count(request)
        if count.is_excessive:
            when = "in an hour" if count.retry_after == HOUR else "in ten minutes"
            return _refuse(request, page, form, TOO_MANY.format(when=when), status=429, retry_after=count.retry_after)
        assessment = assess(form.signals(recent=count.recent))
        arrival = Arrival(assessment, count, form_path=page.form_url(request), **form.visit)
        try:
            stored = receive(form.cleaned_data, page=page, token=token, arrival=arrival, earlier=earlier)
        except Exception as error:
            _log("A request could not be stored", error)
            return _refuse(request, page, form, NOT_STORED, status=503, retry_after=RETRY_AFTER)
    return lead_on(request, page, stored)


def _count(request) -> Count:
    """Count what the network has sent, with this; a counter that fails is no reason to refuse anybody."""
    try:
        return expect_submission(request.META.get("REMOTE_ADDR", ""), timezone.now())
    except Exception as error:
        _log("The submissions of a network could not be counted", error)
        return UNCOUNTED


def _refuse(request, page, form, why: str, *, status: int, retry_after: timedelta) -> HttpResponse:
    """Show the form again with all that was typed, why it was not taken, and the number to call instead."""
    form.add_error(None, why)
    response = show_form(request, page, form, status=status, offers_call=True)
    response["Retry-After"] = int(retry_after.total_seconds())
    return response


def _log(what: str, error: Exception) -> None:
    """Log an error by its kind alone."""
    logger.error("%s: %s", what, type(error).__name__)
