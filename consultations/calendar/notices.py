"""Tells the person and the attorney of an appointment: rows of the outbox, in the transaction of the change."""

from consultations.mail.kinds import MessageKind
from consultations.models.calendar import Appointment, AttorneyCalendar
from consultations.models.messages import MessageState, OutgoingMessage


def announce_booked(appointment: Appointment) -> None:
    _to_person(appointment, MessageKind.PERSON_BOOKED)
    _to_attorney(appointment, MessageKind.ATTORNEY_BOOKED, appointment.calendar)


def announce_changed(appointment: Appointment, before: Appointment) -> None:
    """Tell the person and the attorney. A former attorney is told that the time is free."""
    _to_person(appointment, MessageKind.PERSON_REBOOKED)
    if before.calendar_id == appointment.calendar_id:
        _to_attorney(appointment, MessageKind.ATTORNEY_REBOOKED, appointment.calendar)
        return
    facts = {"starts_at": before.starts_at.isoformat(), "ends_at": before.ends_at.isoformat()}
    facts["sequence"] = appointment.sequence
    _to_attorney(appointment, MessageKind.ATTORNEY_CANCELLED, before.calendar, facts)
    _to_attorney(appointment, MessageKind.ATTORNEY_BOOKED, appointment.calendar)


def announce_cancelled(appointment: Appointment) -> None:
    _to_person(appointment, MessageKind.PERSON_CANCELLED)
    _to_attorney(appointment, MessageKind.ATTORNEY_CANCELLED, appointment.calendar)


def later_ones(message: OutgoingMessage):
    """Return later messages to the same reader about the same appointment."""
    return _same_thread(message).filter(pk__gt=message.pk)


def was_told(message: OutgoingMessage) -> bool:
    """Return whether an earlier message has told the reader of the appointment, or may have."""
    earlier = _same_thread(message).filter(pk__lt=message.pk)
    states = dict(earlier.values_list("pk", "state"))
    is_underway = earlier.filter(state=MessageState.WAITING, attempts__gt=0).exists()
    return is_underway or MessageState.SENT in states.values()


def _same_thread(message: OutgoingMessage):
    return OutgoingMessage.objects.filter(appointment=message.appointment_id, address=message.address)


def _to_person(appointment: Appointment, kind: MessageKind) -> None:
    if appointment.request.email:
        _write(appointment, kind)


def _to_attorney(appointment: Appointment, kind: MessageKind, calendar: AttorneyCalendar, facts=None) -> None:
    if calendar.email:
        _write(appointment, kind, address=calendar.email, facts=facts or {})


def _write(appointment: Appointment, kind: MessageKind, address: str = "", facts: dict | None = None) -> None:
    key = f"{kind}:{appointment.pk}:{appointment.sequence}:{address.lower()}"
    OutgoingMessage.objects.create(
        kind=kind,
        request=appointment.request,
        appointment=appointment,
        address=address,
        facts=facts or {},
        dedupe_key=key,
    )
