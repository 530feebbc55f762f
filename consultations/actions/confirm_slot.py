"""Confirms or releases a time that the person chose."""

from uuid import UUID

from django.utils import timezone

from consultations.actions import booking
from consultations.actions.requests import Refused, action, change_status, locked, log_contact, need
from consultations.calendar.status_effects import release_choice
from consultations.contact_outcomes import Channel, Direction
from consultations.models import Appointment, ConsultationRequest
from consultations.workflow import AWAITING, Power, Status


@action
def confirm_time(pk: int, *, by, seen: str = "", once: UUID | None = None, now=None) -> ConsultationRequest:
    """Make the appointment at the time that the person chose. ``seen`` is the `booking.version` of the hold.

    Without an earlier contact, the confirmation by mail counts as the first one.
    """
    request, now = locked(pk, by), now or timezone.now()
    need(request, by, Power.WORK)
    held = _held(request, seen, now)
    if request.first_contact_at is None and not request.email:
        raise Refused(request, "call_first", "There is no e-mail address: call the person first, and log the call.")
    if request.first_contact_at is None:
        contact = {"direction": Direction.OUT, "channel": Channel.EMAIL, "outcome": "sent"}
        request = log_contact(pk, by=by, now=now, **contact)
    if request.status in AWAITING:
        change_status(request, Status.CONTACTED, by=by, now=now)
    wish = {name: getattr(held, name) for name in ("calendar", "starts_at", "minutes", "way", "place")}
    return booking.schedule(pk, by=by, once=once, now=now, **wish)


@action
def release_time(pk: int, *, by, seen: str = "", now=None) -> ConsultationRequest:
    """Release the time that the person chose. The person is not notified."""
    request, now = locked(pk, by), now or timezone.now()
    need(request, by, Power.WORK)
    release_choice(_held(request, seen, now), "let_go", now=now, by=by)
    return request


def _held(request: ConsultationRequest, seen: str, now) -> Appointment:
    held = request.appointments.holding(now).select_related("calendar").first()
    if held is None:
        raise Refused(request, "stale", "The time is no longer held: it expired, or was given up or confirmed.")
    if seen and seen != booking.version(held):
        raise Refused(request, "stale", "The person has chosen another time. Review it, then try again.")
    return held
