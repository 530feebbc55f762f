"""What staff did with the demo's requests: stories of the actions that staff use, each at its own time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from consultations.actions import reminders, requests
from consultations.actions.merging import merge
from consultations.actions.replies import answer, drafts_for
from consultations.calendar import booking
from consultations.conflict_states import ConflictState
from consultations.conflicts import decisions
from consultations.contact_outcomes import Channel
from consultations.demo.calendars import free_time
from consultations.mail.kinds import left_open
from consultations.models import AttorneyCalendar, ConsultationRequest, Way
from consultations.workflow import Status

#: Minutes until the first call, some past the target.
FIRST_CALLS = (3, 5, 8, 11, 14, 19, 26, 38, 75, 170)


@dataclass
class Scene:
    """One request during its story: the current time ``at``, and the demo's staff."""

    request: ConsultationRequest
    staff: dict
    at: datetime
    #: An earlier request of the same person, the target of a merge.
    earlier: ConsultationRequest | None = None
    calendars: list[AttorneyCalendar] = field(default_factory=list)

    @property
    def call_delay(self) -> int:
        """Minutes until the first call; always the same for one request."""
        return FIRST_CALLS[self.request.form_token.int % len(FIRST_CALLS)]

    def later(self, minutes: int) -> datetime:
        """Advance the time, and return it."""
        self.at += timedelta(minutes=minutes)
        return self.at


Step = Callable[[Scene], object]


def taken(by: str = "intake", after: int = 12) -> Step:
    """Staff take the request."""
    return lambda scene: requests.assign(
        scene.request.pk, to=scene.staff[by], by=scene.staff[by], now=scene.later(after)
    )


def given(to: str, after: int = 15) -> Step:
    """A manager assigns the request."""
    manager = "intake_manager"
    return lambda scene: requests.assign(
        scene.request.pk, to=scene.staff[to], by=scene.staff[manager], now=scene.later(after)
    )


def moved(to: str, reason: str = "", by: str = "intake", after: int = 3) -> Step:
    """The status changes."""
    return lambda scene: requests.move(
        scene.request.pk,
        to=to,
        by=scene.staff[by],
        reason=reason,
        now=scene.later(after),
    )


def called(outcome: str, text: str = "", by: str = "intake", after: int | None = None) -> Step:
    """Staff call, or write if there is no number. ``after`` defaults to the request's own delay."""

    def step(scene: Scene) -> None:
        at = scene.later(scene.call_delay if after is None else after)
        how = (Channel.CALL, outcome) if scene.request.phone else (Channel.EMAIL, "sent")
        requests.log_contact(scene.request.pk, channel=how[0], outcome=how[1], text=text, by=scene.staff[by], now=at)

    return step


def texted(text: str, by: str = "intake", after: int = 18) -> Step:
    """Staff send a text message."""
    return lambda scene: requests.log_contact(
        scene.request.pk, channel=Channel.TEXT, outcome="sent", text=text, by=scene.staff[by], now=scene.later(after)
    )


def noted(text: str, by: str = "intake", after: int = 2, tell: str = "") -> Step:
    """Staff add a note, and may tell a colleague."""
    return lambda scene: requests.add_note(
        scene.request.pk,
        text=text,
        by=scene.staff[by],
        tell=[scene.staff[tell]] if tell else (),
        now=scene.later(after),
    )


def reminded(text: str, who: str = "intake", by: str = "intake", in_hours: int = 2, after: int = 1) -> Step:
    """Staff set a reminder, ``in_hours`` later."""

    def step(scene: Scene) -> None:
        at = scene.later(after)
        due_at = at + timedelta(hours=in_hours)
        reminders.remind(
            scene.request.pk, for_user=scene.staff[who], due_at=due_at, text=text, by=scene.staff[by], now=at
        )

    return step


def wrote(template: str, by: str = "intake", after: int = 10) -> Step:
    """Staff send an e-mail from a template, if there is an address and no placeholder is open."""

    def step(scene: Scene) -> None:
        found = (draft for drafts in drafts_for(scene.request) for draft in drafts if draft.template.title == template)
        draft = next(found, None)
        if draft and scene.request.email and not left_open(draft.subject + draft.text):
            answer(scene.request.pk, subject=draft.subject, text=draft.text, by=scene.staff[by], now=scene.later(after))

    return step


def screened(who: str, after: int = 5) -> Step:
    """A manager sets up an ethical wall."""
    return lambda scene: requests.screen(
        scene.request.pk, user=scene.staff[who], by=scene.staff["intake_manager"], now=scene.later(after)
    )


def joined(after: int = 30) -> Step:
    """The request is merged into the earlier one of the same person."""
    return lambda scene: merge(
        scene.request.pk, into=scene.earlier.pk, by=scene.staff["intake"], now=scene.later(after)
    )


def cleared(reason: str = "Sample reason. Another person of that name.", after: int = 4) -> Step:
    """A manager clears the conflict check, if it has matches."""

    def step(scene: Scene) -> None:
        scene.request.refresh_from_db(fields=["conflict_state"])
        if scene.request.conflict_state == ConflictState.OPEN:
            manager = scene.staff["intake_manager"]
            decisions.clear(scene.request.pk, reason=reason, by=manager, now=scene.later(after))

    return step


def scheduled(in_days: float, by: str = "intake", after: int = 3, way: str = Way.PERSON) -> Step:
    """An appointment is made, at the first free time ``in_days`` later."""

    def step(scene: Scene) -> None:
        now, request = scene.later(after), scene.request
        calendar, starts_at = free_time(
            scene.calendars, wanted=now + timedelta(days=in_days), now=now, attorney_id=request.attorney_id
        )
        link = "https://video.example.com/sample-room" if way == Way.VIDEO else ""
        booking.schedule(
            request.pk,
            calendar=calendar,
            starts_at=starts_at,
            minutes=calendar.minutes,
            way=way,
            video_link=link,
            by=scene.staff[by],
            now=now,
        )

    return step


def flagged(reason: str, after: int = 6) -> Step:
    """Staff ask a manager to decide about the conflict check."""
    return lambda scene: decisions.flag(
        scene.request.pk, reason=reason, by=scene.staff["intake"], now=scene.later(after)
    )


def over(to: str) -> Step:
    """After the appointment, staff record its outcome."""

    def step(scene: Scene) -> None:
        scene.request.refresh_from_db()
        scene.at = scene.request.scheduled_for + timedelta(minutes=35)
        requests.move(scene.request.pk, to=to, by=scene.staff["intake"], now=scene.at)

    return step


REVIEWED = [taken(), moved(Status.IN_REVIEW)]
REACHED = [*REVIEWED, called("spoke", "Sample note. Prefers to come to the office.")]
CHECKED = [*REACHED, cleared()]
SCHEDULED = [*CHECKED, scheduled(in_days=10)]
CONSULTED = [*CHECKED, scheduled(in_days=0.2), over(Status.CONSULTED)]

#: Stories by the name used in the file of samples.
STORIES: dict[str, list[Step]] = {
    "new": [],
    "overdue": [],
    "cleared": [*CHECKED, noted("Sample note. Sends the papers by mail.")],
    "flagged": [*REVIEWED, flagged("Sample reason. We may have met this name in another matter.")],
    "in_review": [*REVIEWED, reminded("Sample reminder. Ask whether the papers have come.")],
    "called_in_vain": [
        *REVIEWED,
        called("no_answer"),
        called("message", "Sample note. Left our number.", after=240),
        wrote("We tried to reach you"),
    ],
    "contacted": [
        *REACHED,
        noted("Sample note. Sends the papers by mail. Would you look at them when they come?", tell="intake_manager"),
        reminded("Sample reminder. Call about the papers.", in_hours=60 * 24),
    ],
    "texted": [*REVIEWED, texted("Sample note. Asked for a time to talk.")],
    "scheduled": SCHEDULED,
    "scheduled_attorney": [
        *CHECKED,
        given("publisher"),
        scheduled(in_days=8, by="publisher", after=60, way=Way.VIDEO),
        noted("Sample note. Please ask for the indictment before we meet.", by="publisher", tell="intake"),
        reminded("Sample reminder. Read the file.", who="publisher", by="publisher", in_hours=24),
    ],
    "consulted": CONSULTED,
    "retained": [*CONSULTED, moved(Status.RETAINED, by="intake_manager", after=1200)],
    "declined": [*REACHED, moved(Status.DECLINED, "Sample reason. Not a matter of criminal law.")],
    "referred": [*REACHED, moved(Status.REFERRED, "Sample reason. Gave the number of the bar's referral service.")],
    "not_reached": [
        *REVIEWED,
        called("no_answer"),
        called("no_answer", after=1440),
        called("message", after=1440),
        moved(Status.NOT_REACHED, after=2880),
    ],
    "conflict": [*REVIEWED, moved(Status.CONFLICT, "Sample reason. We act for the other side.", by="intake_manager")],
    "quarantine": [],
    "spam": [moved(Status.DECLINED, "Sample reason. An advertisement.", by="intake_manager", after=300)],
    "released": [moved(Status.NEW, by="intake_manager", after=25), taken(), called("spoke")],
    "merged": [taken(), joined()],
    "reopened": [
        *REACHED,
        moved(Status.DECLINED, "Sample reason. No deadline is running."),
        moved(Status.IN_REVIEW, "Sample reason. A new letter has come.", after=4000),
    ],
    "screened": [given("intake_manager"), screened("intake"), moved(Status.IN_REVIEW, by="intake_manager")],
    "no_show": [*CHECKED, scheduled(in_days=0.2, way=Way.TELEPHONE), over(Status.NOT_REACHED)],
    "wrong_number": [*REVIEWED, called("wrong"), noted("Sample note. Wrote to the e-mail address instead.")],
}


def tell(name: str, scene: Scene) -> None:
    """Apply a story to the scene's request. Raises `KeyError` for an unknown story."""
    for step in STORIES[name]:
        step(scene)
