"""The answer to a sent form when nothing works, the database least of all: what was typed, ready to be sent again."""

from datetime import timedelta

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.http import escape_leading_slashes

from consultations.intake.forms import ConsultationForm
from firm.error_page import recall

RETRY_AFTER = timedelta(seconds=30)
#: What is shown, so that the sender sees that it is not lost. The rest goes along unseen.
SHOWN = ("full_name", "phone", "email")


def is_sent_form(request) -> bool:
    """True when ``request`` sends the consultation form, by what it holds: addresses cannot be looked up."""
    try:
        return request.method == "POST" and {"form_token", "full_name"} <= set(request.POST)
    except Exception:  # a body that cannot be read is no form
        return False


def answer_unavailable(request) -> HttpResponse:
    """Answer 503 with neither database nor cache nor session, and with everything that was typed."""
    sent = {name: request.POST[name] for name in ConsultationForm.base_fields if name in request.POST}
    fields = ConsultationForm.base_fields
    context = {
        **recall(),
        "csrf_token": get_token(request),
        # An address with two slashes at its beginning would name another host.
        "action": escape_leading_slashes(request.path),
        "shown": [(name, fields[name].label, sent[name]) for name in SHOWN if sent.get(name)],
        "message": sent.get("message", ""),
        "message_label": fields["message"].label,
        "hidden": [(name, value) for name, value in sent.items() if name not in {*SHOWN, "message"} and value],
    }
    response = HttpResponse(render_to_string("consultations/unavailable.html", context), status=503)
    response["Retry-After"] = int(RETRY_AFTER.total_seconds())
    response["Cache-Control"] = "no-store"
    return response
