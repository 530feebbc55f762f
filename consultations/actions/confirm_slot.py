"""Confirms or releases a time that the person chose."""

from uuid import UUID

from consultations.actions import booking
from consultations.actions.requests import Refused, action, change_status, log_contact
from consultations.calendar.status_effects import release_choice
from consultations.contact_outcomes import Channel, Direction
from consultations.models import Appointment, ConsultationRequest
from consultations.workflow import AWAITING, Power, Status


@action(Power.WORK)
def confirm_time(request, *, by, seen: str = "", once: UUID | None = None, now) -> ConsultationRequest:
    """Make the appointment at the time that the person chose. ``seen`` is the `booking.version` of the hold.

    Without an earlier contact, the confirmation by mail counts as the first one.
    """
    held = _held(request, seen, now)
    if request.first_contact_at is None and not request.email:
        raise Refused(request, "call_first", "There is no e-mail address: call the person first, and log the call.")
    if request.first_contact_at is None:
        contact = {"direction": Direction.OUT, "channel": Channel.EMAIL, "outcome": "sent"}
        request = log_contact(request.pk, by=by, now=now, **contact)
    if request.status in AWAITING:
        change_status(request, Status.CONTACTED, by=by, now=now)
    wish = {name: getattr(held, name) for name in ("calendar", "starts_at", "minutes", "way", "place")}
    return booking.schedule(request.pk, by=by, once=once, now=now, **wish)


@action(Power.WORK)
def release_time(request, *, by, seen: str = "", now) -> ConsultationRequest:
    """Release the time that the person chose. The person is not notified."""
    release_choice(_held(request, seen, now), "let_go", now=now, by=by)
    return request


def _held(request: ConsultationRequest, seen: str, now) -> Appointment:
    held = request.appointments.holding(now).select_related("calendar").first()
    if held is None:
        raise Refused(request, "stale", "The time is no longer held: it expired, or was given up or confirmed.")
    if seen and seen != booking.version(held):
        raise Refused(request, "stale", "The person has chosen another time. Review it, then try again.")
    return held
