"""What staff did with the demo's requests: the stories of ``content/stories.toml``, by the actions that staff use."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from consultations.actions import booking, reminders, requests
from consultations.actions.merging import merge
from consultations.actions.replies import answer, drafts_for
from consultations.conflict_states import ConflictState
from consultations.conflicts import decisions
from consultations.contact_outcomes import Channel
from consultations.demo.calendars import free_time
from consultations.mail.kinds import left_open
from consultations.models import AttorneyCalendar, ConsultationRequest, Way
from firm.demo import read

STORIES = read(Path(__file__).parent / "content" / "stories.toml")
#: Minutes until the first call, some past the target.
FIRST_CALLS = (3, 5, 8, 11, 14, 19, 26, 38, 75, 170)


@dataclass
class Scene:
    """One request during its story, with the current time ``at``; ``earlier`` is the target of a merge."""

    request: ConsultationRequest
    staff: dict
    at: datetime
    earlier: ConsultationRequest | None = None
    calendars: list[AttorneyCalendar] = field(default_factory=list)

    def tell(self, story: str) -> None:
        """Apply a story. Raises `KeyError` for an unknown story or action."""
        for step in STORIES[story]:
            arguments = dict(step)
            if "story" in arguments:
                self.tell(arguments["story"])
            else:
                _ACTIONS[arguments.pop("action")](self, **arguments)

    @property
    def call_delay(self) -> int:
        """Minutes until the first call; always the same for one request."""
        return FIRST_CALLS[self.request.form_token.int % len(FIRST_CALLS)]

    def later(self, minutes: int) -> datetime:
        self.at += timedelta(minutes=minutes)
        return self.at

    def run(self, action, after: int, by: str = "intake", **values) -> None:
        """Run an action on the request by a member of staff, some minutes later."""
        action(self.request.pk, by=self.staff[by], now=self.later(after), **values)


def take(scene: Scene, by: str = "intake", after: int = 12) -> None:
    scene.run(requests.assign, after, by, to=scene.staff[by])


def assign(scene: Scene, to: str, after: int = 15) -> None:
    scene.run(requests.assign, after, "intake_manager", to=scene.staff[to])


def move(scene: Scene, to: str, reason: str = "", by: str = "intake", after: int = 3) -> None:
    scene.run(requests.move, after, by, to=to, reason=reason)


def call(scene: Scene, outcome: str, text: str = "", by: str = "intake", after: int | None = None) -> None:
    """Call, or write if there is no number; without ``after``, at the time of the request's first call."""
    channel, outcome = (Channel.CALL, outcome) if scene.request.phone else (Channel.EMAIL, "sent")
    after = scene.call_delay if after is None else after
    scene.run(requests.log_contact, after, by, channel=channel, outcome=outcome, text=text)


def text_person(scene: Scene, text: str, by: str = "intake", after: int = 18) -> None:
    scene.run(requests.log_contact, after, by, channel=Channel.TEXT, outcome="sent", text=text)


def note(scene: Scene, text: str, by: str = "intake", after: int = 2, tell: str = "") -> None:
    scene.run(requests.add_note, after, by, text=text, tell=[scene.staff[tell]] if tell else ())


def remind(scene: Scene, text: str, who: str = "intake", by: str = "intake", in_hours: int = 2, after: int = 1) -> None:
    due_at = scene.at + timedelta(minutes=after, hours=in_hours)
    scene.run(reminders.remind, after, by, for_user=scene.staff[who], due_at=due_at, text=text)


def write(scene: Scene, template: str, by: str = "intake", after: int = 10) -> None:
    found = (draft for drafts in drafts_for(scene.request) for draft in drafts if draft.template.title == template)
    draft = next(found, None)
    if draft and scene.request.email and not left_open(draft.subject + draft.text):
        scene.run(answer, after, by, subject=draft.subject, text=draft.text)


def screen(scene: Scene, who: str, after: int = 5) -> None:
    scene.run(requests.screen, after, "intake_manager", user=scene.staff[who])


def merge_into_earlier(scene: Scene, after: int = 30) -> None:
    scene.run(merge, after, into=scene.earlier.pk)


def clear(scene: Scene, after: int = 4) -> None:
    scene.request.refresh_from_db(fields=["conflict_state"])
    if scene.request.conflict_state == ConflictState.OPEN:
        scene.run(decisions.clear, after, "intake_manager", reason="Sample reason. Another person of that name.")


def schedule(scene: Scene, in_days: float, by: str = "intake", after: int = 3, way: str = Way.PERSON) -> None:
    """Make an appointment at the first free time ``in_days`` later."""
    now, request = scene.at + timedelta(minutes=after), scene.request
    calendar, starts_at = free_time(
        scene.calendars, wanted=now + timedelta(days=in_days), now=now, attorney_id=request.attorney_id
    )
    link = "https://video.example.com/sample-room" if way == Way.VIDEO else ""
    place = {"calendar": calendar, "starts_at": starts_at, "minutes": calendar.minutes, "way": way, "video_link": link}
    scene.run(booking.schedule, after, by, **place)


def flag(scene: Scene, reason: str, after: int = 6) -> None:
    scene.run(decisions.flag, after, reason=reason)


def finish(scene: Scene, to: str) -> None:
    scene.request.refresh_from_db()
    scene.at = scene.request.scheduled_for
    scene.run(requests.move, 35, to=to)


_ACTIONS = {
    action.__name__: action
    for action in (
        *(take, assign, move, call, text_person, note, remind, write, screen),
        *(merge_into_earlier, clear, schedule, flag, finish),
    )
}
