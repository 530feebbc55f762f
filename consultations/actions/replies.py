"""Answers to the person by e-mail: begun from a template, stored encrypted in the timeline, sent by the outbox."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.timezone import get_default_timezone

from consultations.actions.requests import Refused, action, need_short, note, stop_clock, was_sent
from consultations.audit import record
from consultations.colleagues import around
from consultations.contact_outcomes import Channel, Direction
from consultations.display import date_and_time, user_name
from consultations.mail.kinds import fill, left_open
from consultations.mail.notifications import announce_answer
from consultations.mail.render import SUBJECT_LENGTH, firm, phone_of
from consultations.models import AnswerTemplate, AuditAction, ConsultationRequest, EventKind, PreferredContact
from consultations.text_cleaning import one_line, paragraphs
from consultations.workflow import Power, Status

#: Nobody is written to from here: perhaps no person has sent it, or another request has taken its place.
SILENT = (Status.QUARANTINE, Status.MERGED)
_OTHER_WAYS = {PreferredContact.PHONE: "called", PreferredContact.TEXT: "texted"}


@action(Power.WORK)
def answer(request, *, subject: str, text: str, by, once: UUID | None = None, now) -> ConsultationRequest:
    """Write to the person. It stops the clock, but reaches nobody by itself: the status stays.

    ``once`` is the token of the form: sent twice, the mail goes out once.
    """
    subject, text = one_line(subject), paragraphs(text)
    values = {"subject": subject}
    if was_sent(request, once, EventKind.ANSWERED, text=text, values=values):
        return request
    if request.status in SILENT:
        words = f"It is {request.get_status_display().lower()}: nobody is written to from here."
        raise Refused(request, "forbidden", words)
    if not request.email:
        raise Refused(request, "no_address", "There is no e-mail address to write to.")
    _need_words(request, subject, text)
    facts = {"direction": Direction.OUT, "channel": Channel.EMAIL}
    event = note(request, EventKind.ANSWERED, by=by, now=now, facts=facts, text=text, values=values, once=once)
    announce_answer(event)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="answer")
    stop_clock(request, now)
    return request


def _need_words(request: ConsultationRequest, subject: str, text: str) -> None:
    if not subject:
        raise Refused(request, "no_subject", "Write a subject.")
    if len(subject) > SUBJECT_LENGTH:
        raise Refused(request, "long_subject", f"Please shorten the subject to {SUBJECT_LENGTH} characters.")
    if not text:
        raise Refused(request, "empty", "Write the text first.")
    need_short(request, text)
    for code, part in (("open_subject", subject), ("open_text", text)):
        if names := left_open(part):
            placeholders = ", ".join(f"{{{name}}}" for name in names)
            raise Refused(request, code, f"Write what is to stand for {placeholders}.")


@dataclass(frozen=True)
class Draft:
    """A template with what is known of a request filled in; what is not known is left open."""

    template: AnswerTemplate
    subject: str
    text: str
    text_message: str

    @property
    def key(self) -> str:
        return str(self.template.pk)


def drafts_for(request: ConsultationRequest) -> tuple[list[Draft], list[Draft]]:
    """Return the drafts that are meant for requests like this one, and all others; in three queries at most."""
    values = values_for(request)
    fitting, others = [], []
    for one in AnswerTemplate.objects.all():
        draft = Draft(one, *(fill(text, values) for text in (one.subject, one.body, one.text_message)))
        (fitting if one.suits(request) else others).append(draft)
    return fitting, others


def values_for(request: ConsultationRequest) -> dict[str, str]:
    known = firm()
    values = {
        "name": one_line(request.full_name),
        "reference": request.reference,
        "firm": known.firm_name,
        "phone": phone_of(known).text,
        "attorney": _attorney_of(request),
        "appointment": _appointment_of(request),
    }
    return {name: value for name, value in values.items() if value}


def _attorney_of(request: ConsultationRequest) -> str:
    if request.assignee and not around(request).is_intake(request.assignee_id):
        return user_name(request.assignee)
    return request.attorney.title if request.attorney else ""


def _appointment_of(request: ConsultationRequest) -> str:
    is_scheduled = request.status == Status.SCHEDULED
    return date_and_time(request.scheduled_for, get_default_timezone()) if is_scheduled else ""


def caution(request: ConsultationRequest) -> str:
    """Return a warning when the person wants to be reached in another way; empty when they do not mind."""
    way = _OTHER_WAYS.get(request.preferred_contact)
    if way is None:
        return ""
    return f"They asked to be {way}, not written to: somebody else may read their e-mail. Write only what may be read."
