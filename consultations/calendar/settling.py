"""What becomes of an appointment when its request moves on. Every change of status passes through here."""

from consultations.calendar.notices import announce_cancelled
from consultations.models import Appointment, AppointmentState, ConsultationRequest
from consultations.models.calendar import TAKING
from consultations.workflow import OPEN, Status


def settle(request: ConsultationRequest, to: str, *, now, reason: str = "") -> None:
    """Bring the appointment of a request that is to be ``to`` to its end: kept, missed or cancelled.

    ``scheduled_for`` of the request, which is not saved here, is emptied with an appointment that is cancelled.
    """
    if to == Status.SCHEDULED:
        return
    for one in request.appointments.filter(state__in=TAKING).select_related("calendar"):
        if one.state == AppointmentState.HELD:
            _end(one, request, to, now=now, reason=reason)
        elif to not in OPEN:
            end_hold(one, now=now)


def _end(one: Appointment, request: ConsultationRequest, to: str, *, now, reason: str) -> None:
    has_begun, is_over = one.starts_at <= now, one.ends_at <= now
    one.request, one.changed_at = request, now
    if to == Status.CONSULTED:
        one.state = AppointmentState.KEPT
    elif to == Status.NOT_REACHED and has_begun:
        one.state = AppointmentState.MISSED
    else:
        one.state, one.reason = AppointmentState.CANCELLED, reason
        one.sequence += 1
        request.scheduled_for = None
    one.save()
    if one.state == AppointmentState.CANCELLED and not is_over:
        announce_cancelled(one)


def end_hold(one: Appointment, *, now) -> None:
    """Let go a time that was chosen and not confirmed."""
    one.state, one.hold_until, one.changed_at = AppointmentState.CANCELLED, None, now
    one.save(update_fields=["state", "hold_until", "changed_at"])


def end_lapsed_holds(now, **which) -> int:
    """Let go the times that were not confirmed in time; return how many."""
    lapsed = Appointment.objects.filter(state=AppointmentState.HOLD, hold_until__lte=now, **which)
    return lapsed.update(state=AppointmentState.CANCELLED, hold_until=None, changed_at=now)
