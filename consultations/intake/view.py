"""What happens when the form is sent: limited, sorted, stored; and an answer that keeps what was typed, in any case."""

import logging
from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone

from consultations.intake.forms import ConsultationForm
from consultations.intake.offline_response import RETRY_AFTER, answer_unavailable
from consultations.intake.rate_limits import HOUR, UNCOUNTED, Count, expect_submission
from consultations.intake.receive import Arrival, receive, sent_before
from consultations.intake.spam import assess
from firm.lock_timeout import at_most

logger = logging.getLogger(__name__)
#: Seconds for which somebody who presses the button waits for a locked database before they are told to call.
PATIENCE = 8
TOO_MANY = (
    "Nothing was sent yet: very many requests have come from your network in a short time. Your text is still here."
    " Please send it again {when}, or call us."
)
NOT_STORED = (
    "We could not save your request, so nothing was sent. The fault is ours, and your text is still here."
    " Please send it again in a moment, or call us."
)


def answer(page, request) -> HttpResponse:
    """Take in what the form of ``page`` sent, and answer. Trouble of ours is answered with 503 and all that was typed.

    The log names the kind of an error and no more: messages of databases quote the values that they refuse.
    """
    sent = request.POST  # a body that cannot be read is for Django to answer: 400
    try:
        return _answer(page, request, sent)
    except Exception as error:
        _log("The consultation form could not be answered", error)
    return answer_unavailable(request)


def _answer(page, request, sent) -> HttpResponse:
    form = ConsultationForm(sent, page=page)
    if not form.is_valid():
        return page.show_form(request, form, status=422)
    token = form.cleaned_data["form_token"]
    # Reading can be kept waiting as long as writing: PostgreSQL locks whole tables for some migrations.
    with at_most(PATIENCE):
        # A form that was stored before is no new submission: its repetition and its correction are never refused.
        earlier = sent_before(token)
        count = UNCOUNTED if earlier else _count(request)
        if count.is_excessive:
            when = "in an hour" if count.retry_after == HOUR else "in ten minutes"
            return _refuse(page, request, form, TOO_MANY.format(when=when), status=429, retry_after=count.retry_after)
        assessment = assess(form.signals(recent=count.recent))
        arrival = Arrival(assessment, count, form_path=page.form_url(request), **form.visit)
        try:
            stored = receive(form.cleaned_data, page=page, token=token, arrival=arrival, earlier=earlier)
        except Exception as error:
            _log("A request could not be stored", error)
            return _refuse(page, request, form, NOT_STORED, status=503, retry_after=RETRY_AFTER)
    return page.lead_on(request, stored)


def _count(request) -> Count:
    """Count what the network has sent, with this; a counter that fails is no reason to refuse anybody."""
    try:
        return expect_submission(request.META.get("REMOTE_ADDR", ""), timezone.now())
    except Exception as error:
        _log("The submissions of a network could not be counted", error)
        return UNCOUNTED


def _refuse(page, request, form, why: str, *, status: int, retry_after: timedelta) -> HttpResponse:
    """Show the form again with all that was typed, why it was not taken, and the number to call instead."""
    form.add_error(None, why)
    response = page.show_form(request, form, status=status, offers_call=True)
    response["Retry-After"] = int(retry_after.total_seconds())
    return response


def _log(what: str, error: Exception) -> None:
    """Log an error by its kind alone."""
    logger.error("%s: %s", what, type(error).__name__)
