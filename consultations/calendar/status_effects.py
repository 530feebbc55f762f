"""What happens to an appointment when its request changes status. Every change of status passes through here."""

from django.db import transaction

from consultations.audit import record
from consultations.calendar.notices import announce_cancelled
from consultations.conflict_states import PASSING
from consultations.models.calendar import TAKING, Appointment, AppointmentState
from consultations.models.events import AuditAction, EventKind, RequestEvent
from consultations.models.requests import ConsultationRequest
from consultations.workflow import AWAITING, Status

#: The statuses in which a chosen time may be confirmed.
CHOOSABLE = (*AWAITING, Status.CONTACTED)


def close_appointment(request: ConsultationRequest, to: str, *, now, reason: str = "") -> None:
    """Close the appointment of a request that becomes ``to``: attended, missed or cancelled.

    Empties the request's ``scheduled_for``, which is not saved here, if the appointment is cancelled.
    """
    if to == Status.SCHEDULED:
        return
    for one in request.appointments.filter(state__in=TAKING).select_related("calendar"):
        if one.state == AppointmentState.HELD:
            _end(one, request, to, now=now, reason=reason)
        elif to not in CHOOSABLE:
            release_choice(one, "ended", now=now)


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
    one.state, one.hold_until, one.changed_at = AppointmentState.CANCELLED, None, now
    one.save(update_fields=["state", "hold_until", "changed_at"])


def release_choice(one: Appointment, doing: str, *, now, by=None) -> None:
    """Release a time that was chosen and not confirmed; record it in timeline and audit trail. Nobody is mailed.

    ``doing`` is the reason: ``given_up`` by the person, ``let_go`` by staff, ``lapsed``, or ``ended`` with the request.
    """
    end_hold(one, now=now)
    record_choice(one, doing, now=now, by=by)


def end_choice(request: ConsultationRequest, *, now, **which) -> None:
    """Release the time that the person chose, if any; ``which`` may restrict the calendar."""
    holds = request.appointments.filter(state=AppointmentState.HOLD, **which)
    for one in holds.select_related("calendar"):
        release_choice(one, "ended", now=now)


def end_unfit_choice(request: ConsultationRequest, *, now) -> None:
    """Release the time that the person chose unless the conflict check passes."""
    if request.conflict_state not in PASSING:
        end_choice(request, now=now)


def end_lapsed_holds(now, **which) -> int:
    """Release the times that were not confirmed in time; return how many. Locked requests are skipped."""
    lapsed = Appointment.objects.filter(state=AppointmentState.HOLD, hold_until__lte=now, **which)
    with transaction.atomic():
        waiting = ConsultationRequest.objects.filter(pk__in=lapsed.values("request"))
        free = list(waiting.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True))
        ended = list(lapsed.filter(request__in=free).select_related("calendar")) if free else []
        for one in ended:
            release_choice(one, "lapsed", now=now)
    return len(ended)


def facts_of(one, doing: str) -> dict:
    """Return what a timeline event says of an appointment, or of the wish for one, in plain text: ids and codes."""
    return {
        "doing": doing,
        "calendar": one.calendar.pk,
        "starts_at": one.starts_at.isoformat(),
        "minutes": one.minutes,
        "way": str(one.way),
    }


def record_choice(one: Appointment, doing: str, *, now, by=None) -> None:
    """Record a chosen or released time in timeline and audit trail: ids and codes."""
    facts = facts_of(one, doing)
    if one.hold_until:
        facts["hold_until"] = one.hold_until.isoformat()
    RequestEvent.objects.create(
        request_id=one.request_id,
        kind=EventKind.APPOINTMENT,
        actor=by,
        at=now,
        facts=facts,
        values={"with": one.calendar.name},
    )
    record.record(
        AuditAction.CHANGED,
        by=by,
        request=one.request_id,
        doing=f"time_{doing}",
        appointment=one.pk,
        calendar=one.calendar_id,
    )
