"""How far the requests of a period came, and how soon they were answered."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from django.db import models

from consultations.due_dates import Urgency
from consultations.reports import columns
from consultations.reports.charts import Bar, bars
from consultations.reports.counting import Counts, Group, Row
from consultations.reports.percentiles import MEDIAN, NINETIETH, percentile, time_words
from consultations.reports.tables import Report, counted, outcome_of, share_words
from consultations.workflow import Status

NOBODY = "Nobody yet"
#: The first contact was logged on a merged request, or by a deleted account.
UNKNOWN = "Not recorded here"


class Step(models.IntegerChoices):
    """The steps to becoming a client. Each step implies all earlier ones."""

    RECEIVED = 0, "Received"
    CONTACT = 1, "First contact"
    SCHEDULED = 2, "Scheduled"
    CONSULTED = 3, "Consulted"
    RETAINED = 4, "Retained"


#: The outcomes of requests that did not become clients.
_ENDS = ("open", Status.DECLINED, Status.REFERRED, Status.NOT_REACHED, Status.CONFLICT)


def step_of(one: Row) -> Step:
    """Return the furthest step that was reached, even if a request went back. Retained requires that status now."""
    if one.status == Status.RETAINED:
        return Step.RETAINED
    course = one.course or 0
    if course == columns.CONSULTED or one.status == Status.CONSULTED:
        return Step.CONSULTED
    if course == columns.SCHEDULED or one.status == Status.SCHEDULED:
        return Step.SCHEDULED
    return Step.CONTACT if one.first_contact_at or one.status == Status.CONTACTED else Step.RECEIVED


def funnel(counts: Counts) -> Report:
    at = counts.tally(step_of)
    reached = {step: sum(at[later] for later in Step if later >= step) for step in Step}
    every = reached[Step.RECEIVED]
    rows = [
        (
            step.label,
            reached[step],
            share_words(reached[step], every),
            share_words(reached[step], reached[Step(step - 1)]) if step else share_words(every, every),
        )
        for step in Step
    ]
    steps = ", ".join(f"{row[1]} {str(row[0]).lower()}" for row in rows[1:])
    finding = f"Of {counted(every)}: {steps}."
    title = "From request to client"
    note = "A request that skipped a step, or went back and forth, counts once in each."
    drawn = [Bar(row[0], row[1], f"{row[1]} ({row[2]})", "step") for row in rows]
    headings = ("Step", "Requests", "Of all", "Of the step before")
    return Report("funnel", title, headings, rows, finding, bars("funnel", title, finding, drawn), note)


def endings(counts: Counts) -> Report:
    found = counts.tally(lambda one: (step_of(one), outcome_of(one)))
    steps = [step for step in Step if step != Step.RETAINED]
    rows = [(f"After: {step.label.lower()}", *(found[step, end] for end in _ENDS)) for step in steps]
    ended = Counter({step: sum(found[step, end] for end in _ENDS[1:]) for step in steps})
    last = max(steps, key=lambda step: ended[step])
    total = sum(ended.values())
    finding = f"{counted(total)} ended before they became clients" + (
        f", most of them ({ended[last]}) after “{last.label.lower()}”." if total else "."
    )
    title = "Where the others stopped"
    headings = ("Furthest step", "Still open", *(str(Status(end).label) for end in _ENDS[1:]))
    drawn = [Bar(str(row[0]), ended[step], f"{ended[step]} ended") for step, row in zip(steps, rows, strict=True)]
    return Report("endings", title, headings, rows, finding, bars("endings", title, finding, drawn))


@dataclass
class Response:
    """The response times of some requests: ``minutes`` until the first contact, and their states."""

    minutes: list[int] = field(default_factory=list)
    states: Counter = field(default_factory=Counter)

    def add(self, one: Row) -> None:
        self.states[one.state] += 1
        if one.minutes is not None:
            self.minutes.append(one.minutes)

    @property
    def answered(self) -> int:
        return self.states[columns.IN_TIME] + self.states[columns.LATE]

    @property
    def due(self) -> int:
        return self.answered + self.states[columns.OVERDUE]

    @property
    def waiting(self) -> int:
        return self.states[columns.WAITING] + self.states[columns.OVERDUE]

    @property
    def median(self) -> Fraction | None:
        """In minutes."""
        return percentile(self.minutes, MEDIAN)

    @property
    def ninetieth(self) -> Fraction | None:
        """The 90th percentile, in minutes."""
        return percentile(self.minutes, NINETIETH)


def responses(rows: Iterable[Row], of: Group) -> dict[Hashable, Response]:
    found: dict[Hashable, Response] = {}
    for one in rows:
        found.setdefault(of(one), Response()).add(one)
    return found


def whole_response(rows: Iterable[Row]) -> Response:
    return responses(rows, lambda one: None).get(None, Response())


def response_by_urgency(counts: Counts) -> Report:
    found = responses(counts.now, lambda one: one.urgency)
    kinds = [(str(one.label), found.get(one, Response())) for one in sorted(Urgency, reverse=True)]
    return _response("response-urgency", "First answer, by urgency", "Urgency", counts, kinds)


def response_by_person(counts: Counts) -> Report:
    answered = {columns.IN_TIME, columns.LATE}
    found = responses(counts.now, lambda one: one.person or (UNKNOWN if one.state in answered else NOBODY))
    named = {one: one for one in (NOBODY, UNKNOWN)}
    kinds = [(named.get(who) or counts.people.get(who, f"Account {who}"), one) for who, one in found.items()]
    kinds.sort(key=lambda pair: (pair[0] in {NOBODY, UNKNOWN}, pair[0]))
    note = "An answer counts for the account that made the first contact; a request still waiting, for its assignee."
    return _response("response-person", "First answer, by person", "Person", counts, kinds, note)


def _response(
    code: str, title: str, name: str, counts: Counts, kinds: Iterable[tuple[str, Response]], note: str = ""
) -> Report:
    whole, kinds = whole_response(counts.now), list(kinds)
    rows = [
        (
            label,
            one.answered,
            time_words(one.median),
            time_words(one.ninetieth),
            share_words(one.states[columns.IN_TIME], one.due),
            one.waiting,
            one.states[columns.ENDED],
        )
        for label, one in [*kinds, ("All", whole)]
    ]
    finding = (
        f"Half of {counted(whole.answered, 'answer')} came within {rows[-1][2]}, nine in ten within {rows[-1][3]};"
        f" {rows[-1][4]} in time. {whole.waiting} still waiting."
        if whole.answered
        else f"Nobody has been answered yet. {whole.waiting} waiting."
    )
    drawn = []
    for label, one in kinds:
        if one.answered:
            drawn.append(Bar(label, one.median, time_words(one.median)))
            drawn.append(Bar("", one.ninetieth, time_words(one.ninetieth), "ninetieth"))
    headings = (name, "Answered", "Median", "Nine in ten within", "In time", "Still waiting", "Ended without answer")
    return Report(code, title, headings, rows, finding, bars(code, title, finding, drawn) if drawn else "", note)
