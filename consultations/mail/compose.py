"""Composes the e-mail of an outgoing message from the data at the moment of sending."""

from datetime import datetime
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.formats import date_format
from django.utils.timezone import localtime

from consultations.calendar.invitations import invitation_of
from consultations.calendar.wording import time_words, when_words
from consultations.colleagues import addresses_of, recipients_of
from consultations.conflict_states import TO_DO
from consultations.mail.digest import is_worth_sending, listing_for, readable_at, undelivered_for
from consultations.mail.kinds import MessageKind
from consultations.mail.render import Listing, Rendered, Value, firm, firm_values, link_to, pick, render
from consultations.models.messages import MessageText, OutgoingMessage
from consultations.models.notes import Mention, Reminder
from consultations.models.requests import ConsultationRequest
from consultations.models.settings import IntakeSettings
from consultations.permissions import may_see
from consultations.text_cleaning import one_line
from consultations.workflow import Status
from firm.models.settings import FirmSettings

#: No automatic answer is wanted: RFC 3834, 5; and the header that Exchange reads. Reports of failures are wanted.
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


class Obsolete(Exception):
    """The message is no longer needed, or must no longer be sent."""


def compose(message: OutgoingMessage, now: datetime) -> EmailMultiAlternatives:
    """Return the e-mail. Raises `Obsolete`, and `Unreadable` when the person's address cannot be decrypted."""
    known = firm()
    to = _recipient(message, now)
    if message.appointment_id:
        return _about_appointment(message, known, to, now)
    values, listing = firm_values(known), None
    if message.kind == MessageKind.STAFF_DIGEST:
        more, listing = _digest(message, now)
        values |= more
    elif message.kind == MessageKind.STAFF_UNDELIVERED:
        values |= _undelivered(message)
    elif message.kind == MessageKind.PERSON_ANSWER:
        values |= {"subject": Value((message.event.values or {}).get("subject", "")), "text": Value(message.event.text)}
    if message.request:
        values |= {"reference": Value(message.request.reference)} if message.is_to_person else about(message.request)
    if message.kind == MessageKind.STAFF_CHOSEN:
        values |= _chosen(message, now)
    text = MessageText.of(message.kind)
    values = pick(message.kind, values)
    rendered = render(text.subject, text.body, values, firm_name=known.firm_name, listing=listing)
    return _mail(message, rendered, known, to)


def _about_appointment(message: OutgoingMessage, known: FirmSettings, to: str, now) -> EmailMultiAlternatives:
    found = invitation_of(message, to=to, known=known, now=now)
    if found is None:
        raise Obsolete("overtaken")
    text, values = MessageText.of(found.kind), pick(found.kind, found.values)
    rendered = render(text.subject, text.body, values, firm_name=known.firm_name)
    mail = _mail(message, rendered, known, to)
    # As what programs act on (RFC 6047, 2.4), and as a file for those that do not.
    mail.attach_alternative(found.file.decode(), f"text/calendar; method={found.method}")
    mail.attach("appointment.ics", found.file, "application/ics")
    return mail


def about(request: ConsultationRequest) -> dict[str, Value]:
    """Return what staff may read of a request in an e-mail."""
    area = request.practice_area
    return {
        "reference": Value(request.reference),
        "practice_area": Value(one_line(area.title) if area else "not said"),
        "urgency": Value(request.get_urgency_display()),
        "due": Value(date_format(localtime(request.due_at), "F j, g:i A") if request.due_at else "not set"),
        "link": link_to("consultations:request", request.pk),
    }


def _recipient(message: OutgoingMessage, now: datetime) -> str:
    """Return the address; refuse a person in quarantine, and staff whom the message no longer concerns."""
    if not message.is_to_person:
        if message.request_id:
            _need_staff(message, now)
        return message.address
    if message.request.status == Status.QUARANTINE:
        raise Obsolete("in quarantine")
    if not message.request.email:
        raise Obsolete("no address")
    return message.request.email


def _need_staff(message: OutgoingMessage, now: datetime) -> None:
    """Refuse what is done by now, such as an answer that was overdue, and a reader behind an ethical wall."""
    if not readable_at(message.address).filter(pk=message.request_id).exists():
        raise Obsolete("screened")
    if message.kind == MessageKind.STAFF_OVERDUE and not message.request.is_overdue(now):
        raise Obsolete("answered")
    if message.kind == MessageKind.STAFF_CONFLICT and message.request.conflict_state not in TO_DO:
        raise Obsolete("looked at")
    if message.kind == MessageKind.STAFF_MENTIONED:
        _need_mention(message)
    if message.kind == MessageKind.STAFF_REMINDER:
        _need_reminder(message, now)


def _need_mention(message: OutgoingMessage) -> None:
    mentions = Mention.objects.filter(event=message.event_id, seen_at=None, user__email__iexact=message.address)
    if not any(may_see(mention.user, message.request) for mention in mentions.select_related("user")):
        raise Obsolete("seen, or no longer visible")


def _need_reminder(message: OutgoingMessage, now: datetime) -> None:
    due = Reminder.objects.due(now).filter(event=message.event_id, told_at__isnull=False)
    reminder = due.select_related("for_user", "request__assignee").first()
    if reminder is None:
        raise Obsolete("done, or postponed")
    if message.address.lower() not in [address.lower() for address in addresses_of(recipients_of(reminder))]:
        raise Obsolete("for somebody else now")


def _chosen(message: OutgoingMessage, now: datetime) -> dict[str, Value]:
    """Return the held time, and until when it is held; refuse when it was confirmed or released."""
    hold = message.request.appointments.holding(now).first()
    if hold is None:
        raise Obsolete("confirmed, or released")
    until = time_words(hold.hold_until, IntakeSettings.current().zone)
    return {"when": Value(when_words(hold.starts_at, hold.ends_at)), "held_until": Value(until)}


def _digest(message: OutgoingMessage, now: datetime) -> tuple[dict[str, Value], Listing]:
    count, listing = listing_for(message.address, now)
    if not is_worth_sending(listing):
        raise Obsolete("nothing to say")
    day = Value(date_format(localtime(now), "l, F j"))
    return {"count": Value(str(count)), "date": day, "link": link_to("consultations:index")}, listing


def _undelivered(message: OutgoingMessage) -> dict[str, Value]:
    count = undelivered_for(message.address)
    if not count:
        raise Obsolete("nothing to say")
    return {"count": Value(str(count)), "link": link_to("consultations:messages")}


def _mail(message: OutgoingMessage, rendered: Rendered, known: FirmSettings, to: str) -> EmailMultiAlternatives:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        # The firm's name, unless the operator gave another.
        from_email=formataddr((name or one_line(known.firm_name), address)),
        to=[to],
        reply_to=[known.email] if message.is_to_person and known.email else None,
        # An answer is written by a person, and may be answered automatically.
        headers={"Message-ID": message.message_id, **({} if message.kind == MessageKind.PERSON_ANSWER else HEADERS)},
    )
    mail.attach_alternative(rendered.html, "text/html")
    return mail
