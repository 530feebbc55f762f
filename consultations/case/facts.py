"""The fields of a request as staff read them, on the screen and in print."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.utils import timezone
from django.utils.formats import date_format

from consultations.display import LABELS, LONG, day_words, value_words
from consultations.models import ConsultationRequest, PreferredContact, Relationship
from firm.templatetags.firm_tags import national, tel

#: The fields that the screen shows large, above the others of the person.
HEADLINE = frozenset({"full_name", "phone", "email", "preferred_contact", "best_time"})


@dataclass(frozen=True)
class Fact:
    """One field on the screen; ``before`` is what the visitor had sent before a correction."""

    label: str
    words: str
    before: tuple[str, ...] = ()
    extra: str = ""
    is_long: bool = False
    name: str = ""


def ways_to_reach(request: ConsultationRequest) -> list[dict]:
    """Return how the person can be reached, the preferred way first; by text message with consent only."""
    ways = []
    if request.phone:
        number = national(request.phone)
        ways.append((PreferredContact.PHONE, "Call", number, tel(request.phone), "mobile-alt"))
        if request.sms_consent:
            ways.append((PreferredContact.TEXT, "Text", number, f"sms:{request.phone.as_e164}", "comment"))
    if request.email:
        ways.append((PreferredContact.EMAIL, "E-mail", request.email, f"mailto:{quote(request.email, '@')}", "mail"))
    ways.sort(key=lambda way: way[0] != request.preferred_contact)
    names = ("kind", "label", "words", "href", "icon")
    return [dict(zip(names, way, strict=True), is_preferred=way[0] == request.preferred_contact) for way in ways]


def person_facts(request: ConsultationRequest, before: Mapping[str, tuple[str, ...]]) -> list[Fact]:
    names = ["full_name", "phone", "email", "preferred_contact", "best_time", "sms_consent", "relationship"]
    if request.relationship != Relationship.SELF or before.get("person_in_need"):
        names.append("person_in_need")
    return [_fact(request, name, before) for name in names]


def matter_facts(request: ConsultationRequest, before: Mapping[str, tuple[str, ...]], now) -> list[Fact]:
    names = ("practice_area", "attorney", "in_custody", "court_date", "court", "other_parties", "message")
    near = day_words(request.court_date, timezone.localdate(now)) if request.court_date else ""
    return [_fact(request, name, before, extra=near if name == "court_date" else "") for name in names]


def origin_facts(request: ConsultationRequest) -> list[Fact]:
    given = (("First page of the visit", request.landing_page), ("Came from", request.referring_host))
    return [Fact(label, words or "Not known") for label, words in given]


def consent_facts(request: ConsultationRequest) -> list[Fact]:
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
