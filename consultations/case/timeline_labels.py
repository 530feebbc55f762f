"""What a line of the timeline is called."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone, localtime

from consultations.calendar.wording import event_words
from consultations.contact_outcomes import words_of
from consultations.display import user_name
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
    """The people and the requests that lines name. A request that the viewer may not see is not among them.

    ``deliveries`` says how far the answers have come, by their events.
    """

    people: Mapping[int, object] = field(default_factory=dict)
    requests: Mapping[int, ConsultationRequest] = field(default_factory=dict)
    deliveries: Mapping[int, str] = field(default_factory=dict)

    def name(self, pk: int | None) -> str:
        """Return how an account is called."""
        return user_name(self.people.get(pk)) or ("a former colleague" if pk else "nobody")


def title_of(event: RequestEvent, known: Known) -> str:
    """Return the title of an event's line."""
    return _TITLES.get(event.kind, _other)(event, known)


def _received(event: RequestEvent, known: Known) -> str:
    is_aside = event.facts.get("status") == Status.QUARANTINE
    return "Request received, and put into quarantine" if is_aside else "Request received"


def _moved(event: RequestEvent, known: Known) -> str:
    before, after = (STATUS_WORDS.get(event.facts.get(name), "") for name in ("from", "to"))
    when = parse_datetime(event.facts.get("scheduled_for") or "")
    day = f" for {date_format(localtime(when), 'l, F j, Y, g:i A')}" if when else ""
    return f"{before} → {after}{day}"


def _assigned(event: RequestEvent, known: Known) -> str:
    before, to = event.facts.get("from"), event.facts.get("to")
    if not to:
        return f"Taken from {known.name(before)}; nobody’s now"
    return f"Assigned to {known.name(to)}" + (f", before {known.name(before)}" if before else "")


def _contact(event: RequestEvent, known: Known) -> str:
    return words_of(*(event.facts.get(name, "") for name in ("direction", "channel", "outcome")))


def _message(event: RequestEvent, known: Known) -> str:
    kind = dict(MessageKind.choices).get(event.facts.get("message"), "A message")
    words = DELIVERY_WORDS.get(event.facts.get("state"), DELIVERY_WORDS[MessageState.DEAD])
    return f"{kind.split(': ')[-1].capitalize()}: {words}"


def _answered(event: RequestEvent, known: Known) -> str:
    return f"E-mail to the person: {DELIVERY_WORDS[known.deliveries.get(event.pk, MessageState.SENT)]}"


def _reminder(event: RequestEvent, known: Known) -> str:
    when = parse_datetime(event.facts.get("due") or "")
    day = f" for {date_format(localtime(when, get_default_timezone()), 'l, F j, Y, g:i A')}" if when else ""
    name = known.name(event.facts.get("user")) if event.facts.get("user") else "the intake managers"
    match event.facts.get("doing"):
        case "set":
            return f"Reminder of {name} set{day}"
        case "postponed":
            return f"Reminder put off{day.replace(' for ', ' to ', 1)}"
        case "handed_on":
            return f"Reminder of {known.name(event.facts.get('from'))} goes to {name} now"
    return "Reminder done"


def _conflict(event: RequestEvent, known: Known) -> str:
    hits, doing = event.facts.get("hits") or 0, event.facts.get("doing")
    found = f"{hits} new match{'' if hits == 1 else 'es'}" if hits else "nothing new"
    words = {"clear": "no conflict", "flag": "a manager has to decide", "check": found}
    return f"Conflict check: {words.get(doing, 'changed')}"


def _appointment(event: RequestEvent, known: Known) -> str:
    return event_words(event.facts, event.values or {})


def _changed(event: RequestEvent, known: Known) -> str:
    return "Custody and court changed"


def _screened(event: RequestEvent, known: Known) -> str:
    return f"{capital(known.name(event.facts.get('user')))} was screened off"


def _unscreened(event: RequestEvent, known: Known) -> str:
    return f"The screen of {known.name(event.facts.get('user'))} was removed"


def _merged(event: RequestEvent, known: Known) -> str:
    return "Another request was merged into this one"


def _held(event: RequestEvent, known: Known) -> str:
    return "Legal hold set" if event.kind == EventKind.HELD else "Legal hold taken off"


def _other(event: RequestEvent, known: Known) -> str:
    return str(event.get_kind_display())


def capital(words: str) -> str:
    """Return the words with a capital first."""
    return words[:1].upper() + words[1:]


_TITLES = {
    EventKind.RECEIVED: _received,
    EventKind.MOVED: _moved,
    EventKind.ASSIGNED: _assigned,
    EventKind.CONTACT: _contact,
    EventKind.CHANGED: _changed,
    EventKind.CONFLICT: _conflict,
    EventKind.MESSAGE: _message,
    EventKind.ANSWERED: _answered,
    EventKind.REMINDER: _reminder,
    EventKind.SCREENED: _screened,
    EventKind.UNSCREENED: _unscreened,
    EventKind.MERGED: _merged,
    EventKind.APPOINTMENT: _appointment,
    EventKind.HELD: _held,
    EventKind.UNHELD: _held,
}
