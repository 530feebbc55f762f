"""What a request says, field by field, as staff read it; the screen, the print and the timeline share these words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from phonenumber_field.phonenumber import to_python

from consultations.case.status_labels import how_near
from consultations.models import ConsultationRequest, PreferredContact, Relationship
from consultations.models.requests import RELATION_TO_SENDER
from firm.templatetags.firm_tags import national, tel

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
#: What the screen shows large, above the other facts of the person.
HEADLINE = frozenset({"full_name", "phone", "email", "preferred_contact", "best_time"})
CONTACT_WORDS = dict(PreferredContact.choices)
RELATION_WORDS = {str(code): words for code, words in RELATION_TO_SENDER.items()}


@dataclass(frozen=True)
class Fact:
    """One field on the screen: what it is called, what it says, and what the visitor had sent before."""

    label: str
    words: str
    before: tuple[str, ...] = ()
    extra: str = ""
    is_long: bool = False
    name: str = ""


@dataclass(frozen=True)
class Way:
    """A way to reach the person, ready to be followed."""

    label: str
    words: str
    href: str
    icon: str
    is_preferred: bool = False


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


def ways_to_reach(request: ConsultationRequest) -> list[Way]:
    """Return how the person can be reached, the preferred way first; by text message only with consent."""
    ways = []
    if request.phone:
        number = national(request.phone)
        ways.append((PreferredContact.PHONE, "Call", number, tel(request.phone), "mobile-alt"))
        if request.sms_consent:
            ways.append((PreferredContact.TEXT, "Text", number, f"sms:{request.phone.as_e164}", "comment"))
    if request.email:
        ways.append((PreferredContact.EMAIL, "E-mail", request.email, f"mailto:{quote(request.email, '@')}", "mail"))
    found = [
        Way(label, words, href, icon, kind == request.preferred_contact) for kind, label, words, href, icon in ways
    ]
    return sorted(found, key=lambda way: not way.is_preferred)


def person_facts(request: ConsultationRequest, before: Mapping[str, tuple[str, ...]]) -> list[Fact]:
    """Return who asked, and for whom. ``before`` is what the visitor had sent earlier, by field."""
    names = ["full_name", "phone", "email", "preferred_contact", "best_time", "sms_consent", "relationship"]
    if request.relationship != Relationship.SELF or before.get("person_in_need"):
        names.append("person_in_need")
    return [_fact(request, name, before) for name in names]


def matter_facts(request: ConsultationRequest, before: Mapping[str, tuple[str, ...]], now) -> list[Fact]:
    """Return what it is about."""
    names = ("practice_area", "attorney", "in_custody", "court_date", "court", "other_parties", "message")
    near = how_near(request.court_date, timezone.localdate(now)) if request.court_date else ""
    return [_fact(request, name, before, extra=near if name == "court_date" else "") for name in names]


def origin_facts(request: ConsultationRequest) -> list[Fact]:
    """Return where the visit began."""
    given = (("First page of the visit", request.landing_page), ("Came from", request.referring_host))
    return [Fact(label, words or "Not known") for label, words in given]


def consent_facts(request: ConsultationRequest) -> list[Fact]:
    """Return the receipt of what was agreed to."""
    given_at = date_format(timezone.localtime(request.acknowledged_at), "F j, Y, g:i:s A T")
    facts = [
        Fact("Acknowledged", given_at),
        Fact(f"Wording, version {request.acknowledgement_version}", request.acknowledgement, is_long=True),
    ]
    if request.acknowledgement_page:
        facts.append(Fact("On the page", request.acknowledgement_page))
    words = request.sms_consent_wording if request.sms_consent else ""
    return [*facts, Fact("Text messages", f"Allowed. {words}".strip() if request.sms_consent else "Not allowed")]


def _fact(request: ConsultationRequest, name: str, before: Mapping[str, tuple[str, ...]], extra: str = "") -> Fact:
    words = value_words(name, getattr(request, name))
    return Fact(LABELS[name], words, before.get(name, ()), extra=extra, is_long=name in LONG, name=name)
