"""Self-booking by several visitors at once, and what is stored of it."""

from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from consultations.actions import confirm_slot
from consultations.actions.requests import Refused
from consultations.calendar.offered_slots import MOST_A_DAY
from consultations.calendar.self_booking import NotHeld, choose_time, give_up_time
from consultations.calendar.status_effects import end_lapsed_holds
from consultations.conflict_states import PASSING
from consultations.conflicts import decisions
from consultations.models import Appointment, AppointmentState, ConsultationRequest, IntakeSettings, Way
from consultations.workflow import Status
from tests.consultations.calendar.cases import AppointmentFactory, CalendarFactory, noon
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.test_at_rest import everything_stored

MANY = 20
HOLD = AppointmentState.HOLD
NAME, ADDRESS = "Zebrawine Okapistone", "zebrawine@okapistone.example"


def open_desk() -> None:
    IntakeSettings.objects.create(offers_times=True, notify_addresses="desk@example.com")


def choosing(request, at, barrier=None):
    """Return a function that chooses the time and returns whether it is held."""

    def choose() -> bool:
        if barrier:
            barrier.wait()
        try:
            choose_time(reference=request.reference, starts_at=at, way=Way.TELEPHONE)
        except NotHeld:
            return False
        return True

    return choose


def trying(verb, barrier):
    """Return a function that calls the action at the barrier; None if it was refused."""

    def call():
        barrier.wait()
        try:
            return verb()
        except Refused:
            return None

    return call


@pytest.mark.django_db
@pytest.mark.parametrize("same", ["request", "calendar"])
def test_database_itself_refuses_a_second_hold(same):
    request, calendar = Request(), CalendarFactory()
    given = {"state": HOLD, "hold_until": noon(2)}
    AppointmentFactory(request=request, calendar=calendar, starts_at=noon(3), **given)
    other = {"request": request, "starts_at": noon(4)} if same == "request" else {"calendar": calendar}
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentFactory(**{"starts_at": noon(3)} | given | other)


def test_one_of_many_gets_the_time(threads):
    open_desk()
    CalendarFactory()
    requests, barrier = Request.create_batch(MANY), Barrier(MANY)
    won = threads(*(choosing(request, noon(3), barrier) for request in requests))
    assert sum(won) == 1
    assert Appointment.objects.get().request == requests[won.index(True)]


def test_many_fill_a_day_and_no_more(threads):
    open_desk()
    CalendarFactory()
    requests, barrier = Request.create_batch(MANY // 2), Barrier(MANY // 2)
    times = [noon(3) + timedelta(hours=place - 5) for place in range(len(requests))]
    won = threads(*(choosing(request, at, barrier) for request, at in zip(requests, times, strict=True)))
    assert sum(won) == Appointment.objects.filter(state=HOLD).count() == MOST_A_DAY


def test_two_calendars_and_two_tabs(threads):
    """No deadlock in any order of calendars; everybody who was told that a time is held has one hold.

    A visitor may find both times taken by others who change their choice in between.
    """
    open_desk()
    CalendarFactory.create_batch(2)
    requests = Request.create_batch(4)
    barrier = Barrier(8)
    tries = [(request.pk, choosing(request, noon(day), barrier)) for request in requests for day in (3, 4)]
    won = threads(*(choose for _, choose in tries))
    told = {pk for (pk, _), is_held in zip(tries, won, strict=True) if is_held}
    rows = list(Appointment.objects.filter(state=HOLD).values_list("request", "calendar", "starts_at"))
    assert sorted(pk for pk, *_ in rows) == sorted(told)
    assert len({(calendar, at) for _, calendar, at in rows}) == len(rows) >= 2


def test_confirmed_given_up_and_lapsed_at_once(threads):
    open_desk()
    owner = make_user("owner", is_superuser=True)
    for _ in range(3):
        request = Request(email=ADDRESS)
        CalendarFactory()
        assert choosing(request, noon(3))()
        barrier = Barrier(3)
        threads(
            trying(partial(confirm_slot.confirm_time, request.pk, by=owner), barrier),
            trying(partial(give_up_time, reference=request.reference), barrier),
            trying(partial(end_lapsed_holds, timezone.now() + timedelta(days=9)), barrier),
        )
        request.refresh_from_db()
        states = sorted(request.appointments.values_list("state", flat=True))
        assert (request.status == Status.SCHEDULED) is ("held" in states)
        assert "hold" not in states
        assert (request.first_contact_at is not None) is (request.status == Status.SCHEDULED)


def test_flagged_while_it_is_chosen(threads):
    open_desk()
    owner = make_user("owner", is_superuser=True)
    CalendarFactory()
    for day in (2, 3, 4):
        request, barrier = Request(), Barrier(2)
        threads(
            choosing(request, noon(day), barrier),
            trying(partial(decisions.flag, request.pk, by=owner, reason="Look"), barrier),
        )
        assert ConsultationRequest.objects.get(pk=request.pk).conflict_state not in PASSING
        assert not request.appointments.filter(state=HOLD).exists()


def test_nothing_of_the_person_is_stored_in_the_clear(threads):
    open_desk()
    CalendarFactory()
    request = Request(full_name=NAME, email=ADDRESS)
    assert choosing(request, noon(3))()
    confirm_slot.confirm_time(request.pk, by=make_user("owner", is_superuser=True))
    stored = everything_stored(threads.database).lower()
    assert request.reference.encode().lower() in stored
    assert b"zebrawine" not in stored
    assert b"okapistone" not in stored
