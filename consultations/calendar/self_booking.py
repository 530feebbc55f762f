"""Self-booking on the thank-you page: choose a time, choose another one, give it up.

The visitor is identified by the reference in a signed cookie. The response does not tell why a time is not available.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from consultations.calendar.offered_slots import calendars_for_choice, held_until, may_choose, open_times
from consultations.calendar.status_effects import end_lapsed_holds, record_choice, release_choice
from consultations.mail.notifications import announce_chosen
from consultations.models.calendar import Appointment, AppointmentState, AttorneyCalendar, Way
from consultations.models.requests import ConsultationRequest
from consultations.models.settings import IntakeSettings


class NotHeld(Exception):
    """The time is not available; the reason is not disclosed."""


def choose_time(*, reference: str, starts_at: datetime, way: str, now: datetime | None = None) -> Appointment:
    """Hold a time for the sender of a request until staff confirm it; it replaces an earlier one.

    Idempotent. Raises `NotHeld` when the time is not available.
    """
    now, desk = now or timezone.now(), IntakeSettings.current()
    with transaction.atomic():
        request = _locked(reference)
        if request is None or not may_choose(request, desk=desk) or way not in {Way.TELEPHONE, Way.PERSON}:
            raise NotHeld
        held = _hold_of(request, now=now)
        if held and (held.starts_at, held.way) == (starts_at, way):
            return held
        return _take(request, held, starts_at, way, desk=desk, now=now)


def give_up_time(*, reference: str, now: datetime | None = None) -> None:
    """Release the time that the sender of a request has chosen, if any."""
    now = now or timezone.now()
    with transaction.atomic():
        request = _locked(reference)
        held = _hold_of(request, now=now) if request else None
        if held:
            release_choice(held, "given_up", now=now)


def _locked(reference: str) -> ConsultationRequest | None:
    requests = ConsultationRequest.objects.filter(reference=reference)
    requests.select_for_update().values_list("pk").first()
    return requests.first()


def _hold_of(request: ConsultationRequest, *, now: datetime) -> Appointment | None:
    """Return the time that is held. An expired one is released."""
    held = request.appointments.filter(state=AppointmentState.HOLD).select_related("calendar").first()
    if held and held.hold_until <= now:
        release_choice(held, "lapsed", now=now)
        return None
    return held


def _take(request, held, starts_at: datetime, way: str, *, desk: IntakeSettings, now: datetime) -> Appointment:
    """Hold the time in the first free calendar. Calendars are locked in the order of their ids, to avoid deadlocks; the
    database decides about clashes.
    """
    given = {"desk": desk, "now": now, "only": starts_at, "leave_out": held.pk if held else 0}
    calendars = [one for one in calendars_for_choice(request) if way != Way.PERSON or one.place]
    free = open_times(calendars, **given)
    for candidate in (one for one in calendars if free.get(one.pk)):
        calendar = AttorneyCalendar.objects.select_for_update().filter(pk=candidate.pk, is_active=True).first()
        if calendar is None:
            continue
        end_lapsed_holds(now, calendar=calendar)
        if not open_times([calendar], **given).get(calendar.pk):
            continue
        made = held or Appointment(request=request, created_at=now, state=AppointmentState.HOLD)
        made.calendar, made.way, made.place = calendar, way, calendar.place if way == Way.PERSON else ""
        made.starts_at, made.ends_at = starts_at, starts_at + timedelta(minutes=calendar.minutes)
        made.hold_until, made.changed_at = held_until(starts_at, calendar, desk=desk, now=now), now
        made.sequence += 1 if held else 0
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError:
            continue
        record_choice(made, "chosen_anew" if held else "chosen", now=now)
        announce_chosen(request, occasion=f"{made.pk}-{made.sequence}")
        return made
    raise NotHeld
