"""The timeline of a request in words, and who looked at the request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Q

from consultations.actions.mentions import emphasised
from consultations.audit.labels import Narrator
from consultations.calendar.wording import CHOICE_WORDS, CHOSEN_BY_VISITOR
from consultations.case.timeline_labels import Known, capital, title_of
from consultations.colleagues import around
from consultations.display import LABELS, LONG, user_name, value_words
from consultations.models import AuditEntry, ConsultationRequest, EventKind, MessageKind, RequestEvent
from consultations.permissions import visible_to
from consultations.workflow import Status

#: The number of lines that are unfolded.
SHOWN = 30
LOOKS = 20
HANDED_ON = "handed_on"
BY_VISITOR = (EventKind.RECEIVED, EventKind.CORRECTED, EventKind.FOLLOWED)


@dataclass(frozen=True)
class Line:
    """One event: ``changes`` are fields before and after, ``told`` colleagues and when they have seen it."""

    at: datetime
    who: str
    title: str
    kind: str = ""
    text: str = ""
    changes: tuple[dict, ...] = ()
    link: ConsultationRequest | None = None
    subject: str = ""
    told: tuple[dict, ...] = ()


@dataclass(frozen=True)
class History:
    """The timeline, newest first; what the visitor had sent before a correction, by field; and the linked requests."""

    lines: list[Line]
    before: dict[str, tuple[str, ...]]
    follows: list[ConsultationRequest]
    follow_ups: list[ConsultationRequest]
    merged_into: list[ConsultationRequest]
    merged: list[ConsultationRequest]

    @property
    def linked(self) -> set[int]:
        return {other.pk for other in (*self.follows, *self.follow_ups, *self.merged_into, *self.merged)}

    @property
    def recent(self) -> list[Line]:
        return self.lines[:SHOWN]

    @property
    def older(self) -> list[Line]:
        return self.lines[SHOWN:]


def history_of(request: ConsultationRequest, user) -> History:
    """Return the history of a request as ``user`` may read it; in at most six queries."""
    events = list(RequestEvent.objects.filter(request=request.pk).for_timeline())
    known = Known(_people(request, events), _related(request, events, user), _deliveries(request, events))
    others = sorted(known.requests.values(), key=lambda other: (other.submitted_at, other.pk), reverse=True)
    return History(
        lines=[_line(event, request, known) for event in events],
        before=sent_before(events),
        follows=[other for other in others if other.pk == request.follows_id],
        follow_ups=[other for other in others if other.follows_id == request.pk],
        merged_into=[other for other in others if other.pk == request.merged_into_id],
        merged=[other for other in others if other.merged_into_id == request.pk],
    )


def sent_before(events: Iterable[RequestEvent]) -> dict[str, tuple[str, ...]]:
    """Return, by field, in words and newest first, what the visitor had sent before changing it."""
    found: dict[str, tuple[str, ...]] = {}
    for event in events:
        if event.kind == EventKind.CORRECTED:
            for name, value in (event.values or {}).get("old", {}).items():
                found[name] = (*found.get(name, ()), value_words(name, value))
    return found


def looks_at(request: ConsultationRequest, user) -> list[Line]:
    """Return the last entries of the trail about a request, newest first, as ``user`` may read them."""
    entries = list(AuditEntry.objects.filter(request_id=request.pk)[:LOOKS])
    narrator = Narrator(entries, user, accounts=around(request).accounts, requests=[request])
    told = map(narrator.tell, entries)
    return [Line(at=line.entry.at, who=line.actor, title=capital(line.words), kind=line.entry.action) for line in told]


def _people(request: ConsultationRequest, events: Iterable[RequestEvent]) -> dict:
    names = ("from", "to", "user")
    kinds = (EventKind.ASSIGNED, EventKind.SCREENED, EventKind.UNSCREENED, EventKind.REMINDER)
    numbers = {event.facts.get(name) for event in events if event.kind in kinds for name in names}
    sought = {number for number in numbers if isinstance(number, int)}
    if not sought:
        return {}
    known = {one.pk: one for one in around(request).accounts}
    return known | get_user_model().objects.in_bulk(sought - set(known))


def _deliveries(request: ConsultationRequest, events: list[RequestEvent]) -> dict[int, str]:
    """Return the state of each answer's mail, by event: that of the message, else what an event says of it."""
    if not any(event.kind == EventKind.ANSWERED for event in events):
        return {}
    noted = {
        event.facts.get("event"): event.facts.get("state")
        for event in reversed(events)
        if event.kind == EventKind.MESSAGE
    }
    return noted | dict(request.messages.filter(kind=MessageKind.PERSON_ANSWER).values_list("event", "state"))


def _related(request: ConsultationRequest, events: Iterable[RequestEvent], user) -> dict[int, ConsultationRequest]:
    numbers = {request.follows_id, request.merged_into_id, *(event.facts.get("request") for event in events)}
    linked = Q(pk__in=[number for number in numbers if isinstance(number, int)])
    linked |= Q(follows=request) | Q(merged_into=request)
    shown = visible_to(user).filter(linked).exclude(pk=request.pk).order_by()
    return shown.only("reference", "status", "submitted_at", "follows", "merged_into", "row_uuid").in_bulk()


def _line(event: RequestEvent, request: ConsultationRequest, known: Known) -> Line:
    title = title_of(event, known)
    link = known.requests.get(event.facts.get("request"))
    if event.kind == EventKind.MOVED and event.facts.get("to") == Status.MERGED == request.status:
        link = known.requests.get(request.merged_into_id)
    mentions = list(event.mentions.all())
    text = emphasised(event.text, [mention.user for mention in mentions]) if mentions else event.text
    told = tuple({"name": user_name(mention.user), "seen_at": mention.seen_at} for mention in mentions)
    subject = (event.values or {}).get("subject", "") if event.kind == EventKind.ANSWERED else ""
    return Line(event.at, _who(event), title, event.kind, text, _changes(event), link, subject, told)


def _who(event: RequestEvent) -> str:
    if event.actor:
        return user_name(event.actor)
    if event.kind in BY_VISITOR:
        return "The visitor"
    doing = event.facts.get("doing")
    if event.kind == EventKind.APPOINTMENT and doing in CHOICE_WORDS:
        return "The visitor" if doing in CHOSEN_BY_VISITOR else "The site"
    is_by_site = event.kind == EventKind.MESSAGE or doing == HANDED_ON
    return "The site" if is_by_site else "A former colleague"


def _changes(event: RequestEvent) -> tuple[dict, ...]:
    values = event.values or {}
    if event.kind not in {EventKind.CORRECTED, EventKind.CHANGED} or "old" not in values:
        return ()
    old, new = values["old"], values["new"]
    words = {name: (value_words(name, old.get(name)), value_words(name, new[name])) for name in LABELS if name in new}
    return tuple(
        {"label": LABELS[name], "before": before, "after": after, "is_long": name in LONG}
        for name, (before, after) in words.items()
    )
