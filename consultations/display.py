"""Words for staff: the fields of a request and their values, lengths of time, names of accounts."""

from datetime import date, datetime, timedelta, tzinfo

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.timezone import localtime
from phonenumber_field.phonenumber import to_python

from consultations.models import ConsultationRequest, PreferredContact
from consultations.models.requests import RELATION_TO_SENDER
from firm.templatetags.firm_tags import national

NOBODY = "Nobody"
#: The fields of a request in words, in the order of the timeline.
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
    return reverse("consultations:request", args=[request.pk])


def user_name(user) -> str:
    """Return the name of an account; empty for None."""
    return (user.get_full_name() or user.get_username()) if user else ""


def date_and_time(moment: datetime, zone: tzinfo | None = None) -> str:
    """Return day and time in words, in ``zone`` or that of the reader: ``Tuesday, December 1, 2026, 10:00 AM``."""
    return date_format(localtime(moment, zone), "l, F j, Y, g:i A")


def span_words(span: timedelta) -> str:
    """Return a length of time in words: minutes up to an hour, hours up to two days, then days."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def day_words(day: date, today: date) -> str:
    """Return how near a day is: ``today``, ``in 3 days``, ``2 days ago``."""
    days = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")


def value_words(name: str, value) -> str:
    """Return a field's value, of a request or an event, in words; ``Not said`` for an empty one."""
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
