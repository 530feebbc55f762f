"""The titles of timeline events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_default_timezone

from consultations.calendar.wording import event_words
from consultations.contact_outcomes import words_of
from consultations.display import date_and_time, user_name
from consultations.models import ConsultationRequest, EventKind, MessageKind, MessageState, RequestEvent
from consultations.workflow import Status

STATUS_WORDS = dict(Status.choices)
DELIVERY_WORDS = {
    MessageState.WAITING: "waiting to be sent",
    MessageState.SENT: "sent",
    MessageState.DEAD: "could not be delivered",
    MessageState.SKIPPED: "not sent",
}


@dataclass(frozen=True)
class Known:
    """The people and the requests that lines name, without requests that the viewer may not see.

    ``deliveries`` has the state of each answer's mail, by the id of its event.
    """

    people: Mapping[int, object] = field(default_factory=dict)
    requests: Mapping[int, ConsultationRequest] = field(default_factory=dict)
    deliveries: Mapping[int, str] = field(default_factory=dict)

    def name(self, pk: int | None) -> str:
        return user_name(self.people.get(pk)) or ("a former colleague" if pk else "nobody")


def title_of(event: RequestEvent, known: Known) -> str:
    facts, name = event.facts, known.name
    match event.kind:
        case EventKind.RECEIVED:
            return "Request received" + (", and quarantined" if facts.get("status") == Status.QUARANTINE else "")
        case EventKind.MOVED:
            before, after = (STATUS_WORDS.get(facts.get(key), "") for key in ("from", "to"))
            return f"{before} → {after}{_for_time(facts.get('scheduled_for'))}"
        case EventKind.ASSIGNED if not facts.get("to"):
            return f"Taken from {name(facts.get('from'))}; nobody’s now"
        case EventKind.ASSIGNED:
            before = f", before {name(facts['from'])}" if facts.get("from") else ""
            return f"Assigned to {name(facts['to'])}{before}"
        case EventKind.CONTACT:
            return words_of(*(facts.get(key, "") for key in ("direction", "channel", "outcome")))
        case EventKind.MESSAGE:
            kind = dict(MessageKind.choices).get(facts.get("message"), "A message").split(": ")[-1].capitalize()
            return f"{kind}: {DELIVERY_WORDS.get(facts.get('state'), DELIVERY_WORDS[MessageState.DEAD])}"
        case EventKind.ANSWERED:
            return f"E-mail to the person: {DELIVERY_WORDS[known.deliveries.get(event.pk, MessageState.SENT)]}"
        case EventKind.REMINDER:
            return _reminder(facts, known)
        case EventKind.CONFLICT:
            return f"Conflict check: {_conflict(facts)}"
        case EventKind.APPOINTMENT:
            return event_words(facts, event.values or {})
        case EventKind.SCREENED:
            return f"Ethical wall set up for {name(facts.get('user'))}"
        case EventKind.UNSCREENED:
            return f"Ethical wall for {name(facts.get('user'))} removed"
    return _TITLES.get(event.kind) or str(event.get_kind_display())


_TITLES = {
    EventKind.CHANGED: "Custody and court changed",
    EventKind.MERGED: "Another request was merged into this one",
    EventKind.HELD: "Legal hold set",
    EventKind.UNHELD: "Legal hold released",
}


def _reminder(facts: dict, known: Known) -> str:
    name = known.name(facts.get("user")) if facts.get("user") else "the intake managers"
    match facts.get("doing"):
        case "set":
            return f"Reminder of {name} set{_for_time(facts.get('due'), zone=get_default_timezone())}"
        case "postponed":
            return f"Reminder postponed{_for_time(facts.get('due'), 'to', get_default_timezone())}"
        case "handed_on":
            return f"Reminder of {known.name(facts.get('from'))} goes to {name} now"
    return "Reminder done"


def _conflict(facts: dict) -> str:
    hits = facts.get("hits") or 0
    found = f"{hits} new match{'' if hits == 1 else 'es'}" if hits else "nothing new"
    words = {"clear": "no conflict", "flag": "a manager has to decide", "check": found}
    return words.get(facts.get("doing"), "changed")


def _for_time(iso: str | None, preposition: str = "for", zone: tzinfo | None = None) -> str:
    when = parse_datetime(iso or "")
    return f" {preposition} {date_and_time(when, zone)}" if when else ""


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
