"""Answers to the person by e-mail: begun from a template, kept sealed in the timeline, sent by the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone, localtime

from consultations.actions.requests import NOTE_LENGTH, Refused, action, locked, need, note
from consultations.audit import record
from consultations.colleagues import around
from consultations.contact_outcomes import Channel, Direction
from consultations.display import user_name
from consultations.mail.kinds import fill, left_open
from consultations.mail.notifications import announce_answer
from consultations.mail.render import SUBJECT_LENGTH, firm, phone_of
from consultations.models import (
    AnswerTemplate,
    AuditAction,
    ConsultationRequest,
    EventKind,
    PreferredContact,
    RequestEvent,
)
from consultations.text_cleaning import one_line, paragraphs
from consultations.workflow import Power, Status

#: From here nobody is written to: perhaps no person has sent it; or another request has taken its place.
SILENT = (Status.QUARANTINE, Status.MERGED)
_OTHER_WAYS = {PreferredContact.PHONE: "called", PreferredContact.TEXT: "texted"}


@action
def answer(pk: int, *, subject: str, text: str, by, once: UUID | None = None, now=None) -> ConsultationRequest:
    """Write to the person. It stops the clock, but nobody is reached by it alone: the status stays.

    ``once`` names the form that it comes from: sent twice, it goes out once.
    """
    request, now = locked(pk, by), now or timezone.now()
    need(request, by, Power.WORK)
    subject, text = one_line(subject), paragraphs(text)
    if _was_sent(request, once, subject, text):
        return request
    if request.status in SILENT:
        words = f"It is {request.get_status_display().lower()}: nobody is written to from here."
        raise Refused(request, "forbidden", words)
    if not request.email:
        raise Refused(request, "no_address", "There is no e-mail address to write to.")
    _need_words(request, subject, text)
    facts = {"direction": Direction.OUT, "channel": Channel.EMAIL}
    values = {"subject": subject}
    event = note(request, EventKind.ANSWERED, by=by, now=now, facts=facts, text=text, values=values, once=once)
    announce_answer(event)
    record.record(AuditAction.CHANGED, by=by, request=request, doing="answer")
    if request.first_contact_at is None:
        request.first_contact_at = now
        request.save(update_fields=["first_contact_at"])
    return request


def _need_words(request: ConsultationRequest, subject: str, text: str) -> None:
    if not subject:
        raise Refused(request, "no_subject", "Write a subject.")
    if len(subject) > SUBJECT_LENGTH:
        raise Refused(request, "long_subject", f"Please shorten the subject to {SUBJECT_LENGTH} characters.")
    if not text:
        raise Refused(request, "empty", "Write the text first.")
    if len(text) > NOTE_LENGTH:
        raise Refused(request, "too_long", f"Please shorten it to {NOTE_LENGTH} characters; there are {len(text)}.")
    for code, part in (("open_subject", subject), ("open_text", text)):
        if names := left_open(part):
            placeholders = ", ".join(f"{{{name}}}" for name in names)
            raise Refused(request, code, f"Write what is to stand for {placeholders}.")


def _was_sent(request: ConsultationRequest, once: UUID | None, subject: str, text: str) -> bool:
    """True when this form was sent before. Raise `Refused` when it then said something else."""
    kept = RequestEvent.objects.filter(once=once).first() if once else None
    if kept is None:
        return False
    same = (kept.request_id, kept.kind, kept.text, kept.values) == (
        request.pk,
        EventKind.ANSWERED,
        text,
        {"subject": subject},
    )
    if not same:
        raise Refused(request, "sent_otherwise", "This form was sent before, with other words. Send it once more.")
    return True


# --- What an answer begins with -------------------------------------------------------------------


@dataclass(frozen=True)
class Draft:
    """A template with what is known of a request filled in; what is not known is left open."""

    template: AnswerTemplate
    subject: str
    text: str
    text_message: str

    @property
    def key(self) -> str:
        """The template's number, as it stands in forms."""
        return str(self.template.pk)


def drafts_for(request: ConsultationRequest) -> tuple[list[Draft], list[Draft]]:
    """Return the drafts that are meant for requests like this one, and all others; in three queries at most."""
    values = values_for(request)
    drafts = [_draft(template, values) for template in AnswerTemplate.objects.all()]
    return _split(drafts, request)


def _split(drafts: Iterable[Draft], request: ConsultationRequest) -> tuple[list[Draft], list[Draft]]:
    fitting: list[Draft] = []
    others: list[Draft] = []
    for draft in drafts:
        (fitting if draft.template.suits(request) else others).append(draft)
    return fitting, others


def _draft(template: AnswerTemplate, values: dict[str, str]) -> Draft:
    texts = (template.subject, template.body, template.text_message)
    return Draft(template, *(fill(text, values) for text in texts))


def values_for(request: ConsultationRequest) -> dict[str, str]:
    """Return what stands for the placeholders of a template; nothing for what is not known."""
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
    """Return the name of the attorney whose request it is, or of the one who was asked for."""
    if request.assignee and not around(request).is_intake(request.assignee_id):
        return user_name(request.assignee)
    return request.attorney.title if request.attorney else ""


def _appointment_of(request: ConsultationRequest) -> str:
    if request.status != Status.SCHEDULED:
        return ""
    at = localtime(request.scheduled_for, get_default_timezone())
    return date_format(at, "l, F j, Y, g:i A")


def caution(request: ConsultationRequest) -> str:
    """Return a warning when the person wants to be reached in another way; empty when they do not mind."""
    way = _OTHER_WAYS.get(request.preferred_contact)
    if way is None:
        return ""
    return f"They asked to be {way}, not written to: somebody else may read their e-mail. Write only what may be read."
