"""The response to a sent form while the database is down: what was typed, ready to be sent again."""

from datetime import timedelta

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.http import escape_leading_slashes

from consultations.intake.forms import ConsultationForm
from firm.error_page import recall

RETRY_AFTER = timedelta(seconds=30)
#: The fields that are shown, so that the sender sees that nothing is lost. The others are hidden fields.
SHOWN = ("full_name", "phone", "email")


def is_sent_form(request) -> bool:
    """Return whether ``request`` sends the consultation form, by its fields: URLs cannot be looked up."""
    try:
        return request.method == "POST" and {"form_token", "full_name"} <= set(request.POST)
    except Exception:  # unreadable body
        return False


def answer_unavailable(request) -> HttpResponse:
    """Respond with 503 and everything that was typed, without database, cache and session."""
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
