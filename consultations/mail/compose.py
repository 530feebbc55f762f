"""Makes the mail of an outgoing message, from what is known at the moment of sending."""

from datetime import datetime
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.formats import date_format
from django.utils.timezone import localtime

from consultations.calendar.invitations import Invitation, invitation_of
from consultations.calendar.wording import time_words, when_words
from consultations.colleagues import addresses_of, keepers_of
from consultations.conflict_states import TO_DO
from consultations.mail.digest import draw_up, is_worth_sending, readable_at, undelivered_for
from consultations.mail.kinds import MessageKind
from consultations.mail.render import Enclosure, Letter, Value, admin_url, answer_values, firm, link_to, phone_of, pick
from consultations.models.messages import MessageText, OutgoingMessage
from consultations.models.notes import Mention, Reminder
from consultations.models.requests import ConsultationRequest
from consultations.models.settings import IntakeSettings
from consultations.permissions import may_see
from consultations.text_cleaning import one_line
from consultations.workflow import Status
from firm.models.settings import FirmSettings

#: No answer by a machine is wanted: RFC 3834, 5; and what Exchange looks at instead. Reports of failures are wanted.
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


class Obsolete(Exception):
    """The message is no longer needed, or must no longer be sent."""


def compose(message: OutgoingMessage, now: datetime) -> EmailMultiAlternatives:
    """Return the mail. Raises `Obsolete`, and `Unreadable` when the person's address cannot be opened."""
    known = firm()
    if message.appointment_id:
        return _about_appointment(message, known, now)
    common = {"firm": Value(known.firm_name), "phone": phone_of(known)}
    if message.kind == MessageKind.PERSON_ANSWER:
        to, values, enclosure = _person(message), _answer(message), None
    elif message.is_to_person:
        to, values, enclosure = _person(message), {"reference": Value(message.request.reference)}, None
    elif message.kind == MessageKind.STAFF_DIGEST:
        to, (values, enclosure) = message.address, _digest(message, now)
    elif message.kind == MessageKind.STAFF_UNDELIVERED:
        to, values, enclosure = message.address, _undelivered(message), None
    else:
        _need_staff(message, now)
        to, values, enclosure = message.address, about(message.request), None
        if message.kind == MessageKind.STAFF_CHOSEN:
            values |= _chosen(message, now)
    values = pick(message.kind, common | values)
    letter = MessageText.of(message.kind).letter(values, firm_name=known.firm_name, enclosure=enclosure)
    return _mail(message, letter, to=to, firm_name=known.firm_name, reply_to=known.email)


def _about_appointment(message: OutgoingMessage, known: FirmSettings, now: datetime) -> EmailMultiAlternatives:
    """Return the mail with its invitation, or the cancellation of one."""
    if message.is_to_person:
        to = _person(message)
    else:
        _need_staff(message, now)
        to = message.address
    found = invitation_of(message, to=to, known=known, now=now)
    if found is None:
        raise Obsolete("overtaken")
    letter = MessageText.of(found.kind).letter(pick(found.kind, found.values), firm_name=known.firm_name)
    mail = _mail(message, letter, to=to, firm_name=known.firm_name, reply_to=known.email)
    _enclose(mail, found)
    return mail


def _enclose(mail: EmailMultiAlternatives, found: Invitation) -> None:
    """Add the calendar file as what programs act on (RFC 6047, 2.4), and as a file for those that do not."""
    mail.attach_alternative(found.file.decode(), f"text/calendar; method={found.method}")
    mail.attach("appointment.ics", found.file, "application/ics")


def about(request: ConsultationRequest) -> dict[str, Value]:
    """Return what staff may read of a request in a mail."""
    area = request.practice_area
    return {
        "reference": Value(request.reference),
        "practice_area": Value(one_line(area.title) if area else "not said"),
        "urgency": Value(request.get_urgency_display()),
        "due": Value(date_format(localtime(request.due_at), "F j, g:i A") if request.due_at else "not set"),
        "link": link_to(admin_url("consultations:request", request.pk)),
    }


def _person(message: OutgoingMessage) -> str:
    """Return the address of whoever sent the request, unless the request looks as if nobody had."""
    if message.request.status == Status.QUARANTINE:
        raise Obsolete("in quarantine")
    if not message.request.email:
        raise Obsolete("no address")
    return message.request.email


def _need_staff(message: OutgoingMessage, now: datetime) -> None:
    """Refuse what came true or forbidden while the message waited: an answer was given, or a wall put up."""
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
    """Refuse what its reader has seen already, or may no longer see."""
    mentions = Mention.objects.filter(event=message.event_id, seen_at=None, user__email__iexact=message.address)
    if not any(may_see(mention.user, message.request) for mention in mentions.select_related("user")):
        raise Obsolete("seen, or out of sight")


def _need_reminder(message: OutgoingMessage, now: datetime) -> None:
    """Refuse what is done or was put off, and whom it is not for any more."""
    due = Reminder.objects.due(now).filter(event=message.event_id, told_at__isnull=False)
    reminder = due.select_related("for_user", "request__assignee").first()
    if reminder is None:
        raise Obsolete("done, or put off")
    if message.address.lower() not in [address.lower() for address in addresses_of(keepers_of(reminder))]:
        raise Obsolete("for somebody else now")


def _chosen(message: OutgoingMessage, now: datetime) -> dict[str, Value]:
    """Return the time that is held, and until when; refuse when there is none any more."""
    hold = message.request.appointments.holding(now).first()
    if hold is None:
        raise Obsolete("confirmed, or let go")
    until = time_words(hold.hold_until, IntakeSettings.current().zone)
    return {"when": Value(when_words(hold.starts_at, hold.ends_at)), "held_until": Value(until)}


def _answer(message: OutgoingMessage) -> dict[str, Value]:
    """Open what staff wrote. Raises `Unreadable`."""
    event, request = message.event, message.request
    return answer_values((event.values or {}).get("subject", ""), event.text, request.reference, firm())


def _digest(message: OutgoingMessage, now: datetime) -> tuple[dict[str, Value], Enclosure]:
    count, enclosure = draw_up(message.address, now)
    if not is_worth_sending(enclosure):
        raise Obsolete("nothing to say")
    values = {
        "count": Value(str(count)),
        "date": Value(date_format(localtime(now), "l, F j")),
        "link": link_to(admin_url("consultations:index")),
    }
    return values, enclosure


def _undelivered(message: OutgoingMessage) -> dict[str, Value]:
    count = undelivered_for(message.address)
    if not count:
        raise Obsolete("nothing to say")
    return {"count": Value(str(count)), "link": link_to(admin_url("consultations:messages"))}


def _mail(
    message: OutgoingMessage, letter: Letter, *, to: str, firm_name: str, reply_to: str
) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=_sender(firm_name),
        to=[to],
        reply_to=[reply_to] if message.is_to_person and reply_to else None,
        # An answer is written by a person, and may be answered by a machine.
        headers={"Message-ID": message.message_id, **({} if message.kind == MessageKind.PERSON_ANSWER else HEADERS)},
    )
    mail.attach_alternative(letter.html, "text/html")
    return mail


def _sender(firm_name: str) -> str:
    """Return the configured address, with the firm's name where the operator gave none."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or one_line(firm_name), address))
