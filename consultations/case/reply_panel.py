"""Reminders and answers on the screen of a request, with their forms."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.timezone import get_default_timezone

from consultations.action_forms import DeskForm
from consultations.actions.replies import SILENT, Draft, caution, drafts_for
from consultations.case.reply_forms import AnswerForm, PostponeReminderForm, RemindForm
from consultations.display import date_and_time, user_name
from consultations.mail.render import Rendered
from consultations.models import ConsultationRequest, Reminder
from consultations.models.notes import RESTING
from consultations.permissions import holds
from consultations.workflow import Power

MANAGERS = "the intake managers"


@dataclass
class NotesDesk:
    #: The open reminders in words, each with its form ``postpone`` for accounts that may postpone it.
    reminders: list[dict] = field(default_factory=list)
    rests: bool = False
    may_finish: bool = False
    remind: RemindForm | None = None
    answer: AnswerForm | None = None
    is_silent: bool = False
    caution: str = ""
    fitting: list[Draft] = field(default_factory=list)
    others: list[Draft] = field(default_factory=list)
    chosen: Draft | None = None
    preview: Rendered | None = None

    @property
    def text_messages(self) -> list[Draft]:
        return [draft for draft in (*self.fitting, *self.others) if draft.text_message]

    def place(self, posted: DeskForm) -> bool:
        if isinstance(posted, PostponeReminderForm):
            for one in self.reminders:
                if one["postpone"] and str(one["reminder"].pk) == str(posted.data.get("reminder")):
                    one["postpone"] = posted
                    return True
            return False
        if posted.name not in {"remind", "answer"} or getattr(self, posted.name) is None:
            return False
        setattr(self, posted.name, posted)
        return True


def notes_desk_of(user, request: ConsultationRequest, *, template: str, now: datetime) -> NotesDesk:
    """Return reminders and answers; ``template`` is the id of the one that the answer begins with."""
    given = {"user": user, "request": request}
    desk = NotesDesk(rests=request.status in RESTING, is_silent=request.status in SILENT)
    may_work = holds(user, Power.WORK, request)
    may_postpone = may_work and not desk.rests
    reminders = Reminder.objects.filter(request=request, done_at=None).select_related("for_user", "set_by")
    for reminder in reminders.order_by("due_at", "pk"):
        postpone = PostponeReminderForm(reminder=reminder, **given) if may_postpone else None
        desk.reminders.append(_shown(reminder, now, user) | {"postpone": postpone})
    if not may_work:
        return desk
    desk.may_finish = True
    if may_postpone:
        desk.remind = RemindForm(**given)
    if not desk.is_silent and request.email:
        desk.answer, desk.caution = AnswerForm(**given), caution(request)
    if not desk.is_silent and (request.email or request.sms_consent):
        desk.fitting, desk.others = drafts_for(request)
        _choose(desk, template)
    return desk


def _shown(reminder: Reminder, now: datetime, user) -> dict:
    return {
        "reminder": reminder,
        "whose": "me" if reminder.for_user_id == user.pk else user_name(reminder.for_user) or MANAGERS,
        "when": date_and_time(reminder.due_at, get_default_timezone()),
        "is_due": reminder.due_at <= now,
        "set_by": user_name(reminder.set_by) or "a former colleague",
    }


def _choose(desk: NotesDesk, template: str) -> None:
    """Begin the answer with a template; an unknown id begins nothing."""
    desk.chosen = next((draft for draft in (*desk.fitting, *desk.others) if draft.key == template), None)
    if desk.chosen and desk.answer:
        desk.answer.initial |= {"subject": desk.chosen.subject, "text": desk.chosen.text}
