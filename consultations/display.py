"""How staff read what a request holds: the names of its fields, their values, people, and where a request is shown."""

from datetime import date

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from phonenumber_field.phonenumber import to_python

from consultations.models import ConsultationRequest, PreferredContact
from consultations.models.requests import RELATION_TO_SENDER
from firm.templatetags.firm_tags import national

NOBODY = "Nobody"
#: The fields of a request in words, in the order in which changes of them are told.
LABELS = {
    "full_name": "Name",
    "phone": "Telephone",
    "email": "E-mail",
    "preferred_contact": "Wants to be answered",
    "best_time": "Best time, safe way",
    "sms_consent": "Text messages",
    "relationship": "Who needs help",
    "person_in_need": "Person who needs help",
    "practice_area": "Practice area",
    "attorney": "Attorney asked for",
    "in_custody": "In custody",
    "court_date": "Court date",
    "court": "Court",
    "other_parties": "Others involved",
    "message": "Message",
}
NOTHING = "Not said"
#: Texts of several lines.
LONG = frozenset({"message", "other_parties"})
CONTACT_WORDS = dict(PreferredContact.choices)
RELATION_WORDS = {str(code): words for code, words in RELATION_TO_SENDER.items()}


def detail_url(request: ConsultationRequest) -> str:
    """Return the address of one request."""
    return reverse("consultations:request", args=[request.pk])


def user_name(user) -> str:
    """Return how a member of staff is called; empty for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""


def value_words(name: str, value) -> str:
    """Return a field's value in words, as the request or an event holds it; ``Not said`` for an empty one."""
    if isinstance(value, bool) or name in {"in_custody", "sms_consent"}:
        yes, no = ("Allowed", "Not allowed") if name == "sms_consent" else ("Yes", "No")
        return yes if value else no
    if not value:
        return NOTHING
    if name == "phone":
        return national(to_python(value)) or str(value)
    if name == "court_date":
        day = value if isinstance(value, date) else parse_date(str(value))
        return date_format(day, "l, F j, Y") if day else str(value)
    return {"preferred_contact": CONTACT_WORDS, "relationship": RELATION_WORDS}.get(name, {}).get(value, str(value))
