"""Builds a message about an appointment at the moment of sending."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from icalendar import Event

from consultations.calendar.ics import CANCEL, REQUEST, event_of, invitation
from consultations.calendar.notices import later_ones, was_told
from consultations.calendar.wording import when_words, where_for_attorney, where_for_person
from consultations.mail.kinds import MessageKind
from consultations.mail.render import Value, link_to, phone_of
from consultations.models import Appointment, AppointmentState, IntakeSettings, OutgoingMessage
from consultations.text_cleaning import one_line
from firm.models.settings import FirmSettings

CANCELLATIONS = {MessageKind.PERSON_CANCELLED, MessageKind.ATTORNEY_CANCELLED}
#: Sent instead of a change to a reader who was not told of the appointment before.
FIRST = {
    MessageKind.PERSON_REBOOKED: MessageKind.PERSON_BOOKED,
    MessageKind.ATTORNEY_REBOOKED: MessageKind.ATTORNEY_BOOKED,
}


@dataclass(frozen=True)
class Invitation:
    """The kind of text, its values, and the calendar file with its method."""

    kind: str
    values: dict[str, Value]
    file: bytes
    method: str


def invitation_of(message: OutgoingMessage, *, to: str, known: FirmSettings, now: datetime) -> Invitation | None:
    """Return the message for ``to``; None when it is no longer needed.

    The appointment is read before checking for later messages, so that no message has an outdated time.
    """
    appointment = Appointment.objects.select_related("calendar", "request").get(pk=message.appointment_id)
    is_cancellation = message.kind in CANCELLATIONS
    if message.facts:
        appointment = _as_it_was(appointment, message.facts)
    is_agreed = appointment.state == AppointmentState.HELD
    if later_ones(message).exists() or appointment.ends_at <= now or is_agreed == is_cancellation:
        return None
    is_known = was_told(message)
    if is_cancellation and not is_known:
        return None
    kind = message.kind if is_known else FIRST.get(message.kind, message.kind)
    values = _values(appointment, message, known)
    event = _event(appointment, message, values, known, now)
    organizer = (one_line(known.firm_name), known.email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    file = invitation(event, organizer=organizer, attendee=to)
    return Invitation(kind, values, file, CANCEL if is_cancellation else REQUEST)


def _as_it_was(appointment: Appointment, facts: dict) -> Appointment:
    appointment.starts_at = datetime.fromisoformat(facts["starts_at"])
    appointment.ends_at = datetime.fromisoformat(facts["ends_at"])
    appointment.sequence, appointment.state = facts["sequence"], AppointmentState.CANCELLED
    return appointment


def _values(appointment: Appointment, message: OutgoingMessage, known: FirmSettings) -> dict[str, Value]:
    phone = phone_of(known)
    is_to_person = message.is_to_person
    return {
        "reference": Value(appointment.request.reference),
        "when": Value(when_words(appointment.starts_at, appointment.ends_at)),
        "where": where_for_person(appointment, phone) if is_to_person else where_for_attorney(appointment),
        "attorney": Value(one_line(appointment.calendar.name)),
        "link": link_to("consultations:request", appointment.request_id),
        "firm": Value(known.firm_name),
        "phone": phone,
    }


def _event(appointment: Appointment, message: OutgoingMessage, values: dict, known: FirmSettings, now) -> Event:
    """Return the event. Calendars are shared and shown on locked screens: it has no more details than the mail."""
    is_cancelled = message.kind in CANCELLATIONS
    given = {"zone": IntakeSettings.current().zone, "stamp": now, "is_cancelled": is_cancelled}
    reference, location = values["reference"].text, values["where"].href or values["where"].text
    if message.is_to_person:
        words = f"To change or cancel, call {values['phone'].text}. Reference: {reference}."
        summary = f"Appointment with {one_line(known.firm_name)}"
        return event_of(appointment, summary, location=location, description=words, **given)
    texts = {} if is_cancelled else {"location": location, "url": values["link"].href}
    return event_of(appointment, f"Consultation {reference}", **texts, **given)
