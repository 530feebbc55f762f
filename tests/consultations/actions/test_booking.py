"""Making, moving and cancelling appointments: permissions, refusals, effects, and races."""

import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from consultations.actions import booking
from consultations.actions import requests as actions_requests
from consultations.actions.merging import merge
from consultations.actions.requests import Refused
from consultations.calendar.status_effects import end_lapsed_holds
from consultations.models import (
    Appointment,
    AppointmentState,
    AuditAction,
    AuditEntry,
    ConsultationRequest,
    EventKind,
    OutgoingMessage,
    RequestEvent,
    Screen,
    Way,
)
from consultations.workflow import Status
from tests.consultations.actions.test_requests import BLIND, WORKERS, account
from tests.consultations.calendar.cases import (
    AbsenceFactory,
    AppointmentFactory,
    CalendarFactory,
    booked,
    cancel,
    noon,
    wall,
    wish,
)
from tests.consultations.conftest import ROLES as GROUPS
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

MANY = 20
SECRET = "Words of a colleague"
LINK = "https://video.example.com/room-okapistone"


def refusal() -> tuple:
    entry = AuditEntry.objects.get(action=AuditAction.REFUSED)
    return entry.facts["doing"], entry.facts["why"]


@pytest.fixture
def intake(staff):
    return staff("intake")


# --- Who ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["schedule", "reschedule", "cancel"])
@pytest.mark.parametrize("role", [*sorted(BLIND), *sorted(WORKERS)])
def test_every_role_and_every_verb(role, verb):
    calendar, request = CalendarFactory(), Request(contacted=True)
    if verb != "schedule":
        booked(make_user("maker", is_superuser=True), calendar, request=request)
    user = account(role, request)
    act = {
        "schedule": partial(booking.schedule, **wish(calendar)),
        "reschedule": partial(booking.reschedule, **wish(calendar, noon(3))),
        "cancel": partial(cancel, reason=SECRET),
    }[verb]
    before = list(Appointment.objects.values())
    if role in WORKERS:
        act(request.pk, by=user)
        assert list(Appointment.objects.values()) != before
    else:
        with pytest.raises(ConsultationRequest.DoesNotExist):
            act(request.pk, by=user)
        assert list(Appointment.objects.values()) == before
        assert refusal() == ("move" if verb == "cancel" else verb, "out_of_reach")


@pytest.mark.django_db
def test_reader_may_not(staff):
    request, reader = Request(contacted=True), staff("reader", "view_consultationrequest")
    with pytest.raises(Refused):
        booking.schedule(request.pk, by=reader, **wish(CalendarFactory()))
    assert refusal() == ("schedule", "not_permitted")


@pytest.mark.django_db
@pytest.mark.parametrize("status", [one for one in Status if one not in {Status.CONTACTED, Status.CONSULTED}])
def test_only_from_states_that_lead_there(intake, status):
    other = Request() if status == Status.MERGED else None
    request = Request(status=status, merged_into=other)
    with pytest.raises(Refused):
        booking.schedule(request.pk, by=intake, **wish(CalendarFactory()))
    assert refusal() == ("schedule", "forbidden")
    assert not Appointment.objects.exists()


# --- What is refused ----------------------------------------------------------------------------------

SLIPS = {
    "no_calendar": {"calendar": None},
    "no_time": {"starts_at": None},
    "no_length": {"minutes": 0},
    "no_way": {"way": "pigeon"},
    "no_link": {"way": Way.VIDEO},
}


@pytest.mark.django_db
@pytest.mark.parametrize("code", SLIPS)
def test_what_nobody_can_have(intake, code):
    request = Request(contacted=True)
    with pytest.raises(Refused):
        booking.schedule(request.pk, by=intake, **wish(CalendarFactory(), noon(2)) | SLIPS[code])
    assert refusal() == ("schedule", code)
    request.refresh_from_db()
    assert (request.status, request.scheduled_for) == (Status.CONTACTED, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("link", "code"), [("http://video.example.com/a", "no_link"), ("javascript:alert(1)", "no_link"), (LINK, "")]
)
def test_links_of_video_calls(intake, link, code):
    request = Request(contacted=True)
    act = partial(booking.schedule, request.pk, by=intake, **wish(CalendarFactory(), way=Way.VIDEO, video_link=link))
    if code:
        with pytest.raises(Refused):
            act()
    else:
        act()
        assert Appointment.objects.get().video_link == LINK


@pytest.mark.django_db
@pytest.mark.parametrize("ahead", [timedelta(0), -timedelta(minutes=1), timedelta(days=367)], ids=str)
def test_time_must_lie_ahead(intake, ahead):
    with pytest.raises(Refused, match="in the future"):
        booked(intake, starts_at=noon(2), now=noon(2) - ahead)
    assert refusal() == ("schedule", "no_time")


@pytest.mark.django_db
@pytest.mark.parametrize("moment", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_ends_of_time(intake, moment):
    with pytest.raises(Refused):
        booked(intake, starts_at=moment)


@pytest.mark.django_db
def test_place_is_the_calendar_s_when_none_is_given(intake):
    booked(intake, CalendarFactory(place="1 Sample Street"), way=Way.PERSON)
    assert Appointment.objects.get().place == "1 Sample Street"
    with pytest.raises(Refused):
        booked(intake, CalendarFactory(place=""), way=Way.PERSON)
    assert refusal() == ("schedule", "no_place")


@pytest.mark.django_db
def test_closed_hours_and_absences_take_a_reason(intake):
    calendar, now = CalendarFactory(office=True), wall(2027, 3, 1, 8, 0)
    night, noon_of_day = wall(2027, 3, 2, 22, 0), wall(2027, 3, 3, 12, 0)
    AbsenceFactory(calendar=calendar, starts_at=wall(2027, 3, 3, 0, 0), ends_at=wall(2027, 3, 4, 0, 0))
    for at, code in ((night, "closed"), (noon_of_day, "away")):
        with pytest.raises(Refused) as refused:
            booked(intake, calendar, at, now=now)
        assert refused.value.code == code
        with pytest.raises(Refused) as refused:
            booked(intake, calendar, at, now=now, overrule=True)
        assert refused.value.code == "no_reason"
        booked(intake, calendar, at, now=now, overrule=True, reason=SECRET)
    assert Appointment.objects.count() == 2
    assert RequestEvent.objects.filter(kind=EventKind.APPOINTMENT).first().text == SECRET


@pytest.mark.django_db
def test_clash_names_the_next_three_times(intake):
    calendar, now = CalendarFactory(office=True), wall(2027, 3, 1, 8, 0)
    booked(intake, calendar, wall(2027, 3, 1, 16, 0), now=now)
    with pytest.raises(Refused) as refused:
        booked(intake, calendar, wall(2027, 3, 1, 16, 15), now=now, overrule=True, reason=SECRET)
    assert refused.value.code == "clash"
    assert str(refused.value).count("Mar") == 3
    assert "Mon, Mar 1, 10:00 AM EST; Mon, Mar 1, 10:30 AM EST" in str(refused.value)


@pytest.mark.django_db
def test_adjacent_ones_and_other_calendars_do_not_clash(intake):
    calendar, other = CalendarFactory(), CalendarFactory()
    for shift in (0, 30, -30):
        booked(intake, calendar, noon(2) + timedelta(minutes=shift))
    booked(intake, other, noon(2))
    assert Appointment.objects.held().count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [-29, -1, 0, 1, 29])
def test_every_overlap_clashes(intake, minutes):
    calendar = CalendarFactory()
    booked(intake, calendar)
    with pytest.raises(Refused) as refused:
        booked(intake, calendar, noon(2) + timedelta(minutes=minutes))
    assert refused.value.code == "clash"


@pytest.mark.django_db
def test_closed_calendar_and_screened_attorney(intake):
    walled = make_user("walled")
    request = Request(contacted=True)
    Screen.objects.create(request=request, user=walled)
    for calendar in (CalendarFactory(is_active=False), CalendarFactory(user=walled)):
        with pytest.raises(Refused) as refused:
            booked(intake, calendar, request=request)
        assert refused.value.code == "no_calendar"


# --- What the database refuses ------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("state", [AppointmentState.HELD, AppointmentState.HOLD])
def test_database_refuses_clashes_by_itself(state):
    first = AppointmentFactory()
    until = noon(1) if state == AppointmentState.HOLD else None
    given = {"calendar": first.calendar, "state": state, "hold_until": until}
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentFactory(starts_at=first.starts_at + timedelta(minutes=29), **given)
    beside = AppointmentFactory(starts_at=first.ends_at, **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=beside.pk).update(starts_at=first.starts_at)
    gone = AppointmentFactory(calendar=first.calendar, state=AppointmentState.CANCELLED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=gone.pk).update(state=AppointmentState.HELD)


@pytest.mark.django_db
def test_database_refuses_a_second_appointment_of_a_request():
    first = AppointmentFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentFactory(request=first.request)


# --- What follows -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_scheduling_leaves_its_lines(intake):
    request = booked(intake)
    row = Appointment.objects.get()
    assert (request.status, request.scheduled_for) == (Status.SCHEDULED, row.starts_at)
    assert list(request.events.order_by("pk").values_list("kind", flat=True)) == ["appointment", "moved"]
    changes = AuditEntry.objects.filter(action=AuditAction.CHANGED).order_by("pk")
    assert [entry.facts["doing"] for entry in changes] == ["schedule", "move"]
    assert changes[0].facts == {"doing": "schedule", "appointment": row.pk, "calendar": row.calendar_id}


@pytest.mark.django_db
def test_sent_twice_is_made_once(intake):
    request, calendar, once = Request(contacted=True, email="a@example.com"), CalendarFactory(), uuid.uuid4()
    act = partial(booking.schedule, request.pk, by=intake, once=once, seen=Status.CONTACTED)
    for _ in range(2):
        act(**wish(calendar))
    assert (Appointment.objects.count(), OutgoingMessage.objects.count()) == (1, 2)
    with pytest.raises(Refused) as refused:
        act(**wish(calendar, noon(3)))
    assert refused.value.code == "sent_otherwise"


@pytest.mark.django_db
def test_somebody_was_quicker(intake):
    request = booked(intake)
    with pytest.raises(Refused) as refused:
        booking.schedule(request.pk, by=intake, seen=Status.CONTACTED, **wish(CalendarFactory()))
    assert refused.value.code == "stale"
    seen = booking.version(Appointment.objects.get())
    booking.reschedule(request.pk, by=intake, seen=seen, **wish(CalendarFactory(), noon(3)))
    with pytest.raises(Refused) as refused:
        booking.reschedule(request.pk, by=intake, seen=seen, **wish(CalendarFactory(), noon(4)))
    assert refused.value.code == "stale"


@pytest.mark.django_db
def test_rescheduling(intake):
    request = booked(intake)
    row = Appointment.objects.get()
    # By half its length: it does not stand in its own way.
    request = booking.reschedule(request.pk, by=intake, **wish(row.calendar, noon(2) + timedelta(minutes=15)))
    changed = Appointment.objects.get()
    assert (changed.uid, changed.sequence) == (row.uid, row.sequence + 1)
    assert request.scheduled_for == changed.starts_at == noon(2) + timedelta(minutes=15)
    assert RequestEvent.objects.filter(kind=EventKind.APPOINTMENT).count() == 2
    booking.reschedule(request.pk, by=intake, **wish(row.calendar, changed.starts_at))
    assert Appointment.objects.get().sequence == changed.sequence


@pytest.mark.django_db
def test_rescheduling_what_is_not_scheduled(intake):
    with pytest.raises(Refused) as refused:
        booking.reschedule(Request(contacted=True).pk, by=intake, **wish(CalendarFactory()))
    assert refused.value.code == "stale"


WAYS_OUT = [
    (Status.CONSULTED, True, AppointmentState.KEPT),
    (Status.CONSULTED, False, AppointmentState.KEPT),
    (Status.NOT_REACHED, True, AppointmentState.MISSED),
    (Status.NOT_REACHED, False, AppointmentState.CANCELLED),
    (Status.CONTACTED, False, AppointmentState.CANCELLED),
    (Status.DECLINED, False, AppointmentState.CANCELLED),
    (Status.REFERRED, True, AppointmentState.CANCELLED),
    (Status.CONFLICT, False, AppointmentState.CANCELLED),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("to", "has_begun", "state"), WAYS_OUT)
def test_every_way_out_settles_the_appointment(intake, to, has_begun, state):
    request = booked(intake)
    now = noon(2) + timedelta(minutes=40 if has_begun else -40)
    actions_requests.move(request.pk, to=to, by=intake, reason=SECRET, now=now)
    row, request = Appointment.objects.get(), ConsultationRequest.objects.get()
    assert row.state == state
    is_cancelled = state == AppointmentState.CANCELLED
    assert (request.scheduled_for is None) == is_cancelled
    told = OutgoingMessage.objects.filter(kind__endswith="cancelled").count()
    assert told == (2 if is_cancelled and not has_begun else 0)
    assert row.reason == (SECRET if is_cancelled else "")


@pytest.mark.django_db
def test_merging_cancels(intake):
    request = booked(intake)
    merge(request.pk, into=Request().pk, by=intake)
    assert Appointment.objects.get().state == AppointmentState.CANCELLED
    assert OutgoingMessage.objects.filter(kind="person_cancelled").exists()


@pytest.mark.django_db
def test_screening_the_attorney_off_cancels(intake, staff):
    attorney = staff("publisher")
    request = booked(intake, CalendarFactory(user=attorney, email=attorney.email))
    actions_requests.screen(request.pk, user=attorney, by=staff("intake_manager"))
    request.refresh_from_db()
    assert (request.status, Appointment.objects.get().state) == (Status.CONTACTED, AppointmentState.CANCELLED)


@pytest.mark.django_db
def test_time_is_free_again_and_scheduled_anew(intake):
    calendar = CalendarFactory()
    request = booked(intake, calendar)
    cancel(request.pk, reason=SECRET, by=intake)
    booked(intake, calendar)
    booked(intake, calendar, noon(3), request=request)
    assert Appointment.objects.held().count() == 2


@pytest.mark.django_db
def test_cancelling_what_is_not_scheduled(intake):
    with pytest.raises(Refused) as refused:
        cancel(Request(contacted=True).pk, reason=SECRET, by=intake)
    assert refused.value.code == "stale"


@pytest.mark.django_db
def test_holds_take_the_time_until_they_lapse(intake):
    hold = AppointmentFactory(state=AppointmentState.HOLD, hold_until=timezone.now() + timedelta(hours=1))
    with pytest.raises(Refused):
        booked(intake, hold.calendar)
    assert end_lapsed_holds(timezone.now()) == 0
    booked(intake, hold.calendar, now=hold.hold_until)
    hold.refresh_from_db()
    assert (hold.state, hold.hold_until) == (AppointmentState.CANCELLED, None)


@pytest.mark.django_db
def test_confirming_a_hold_is_scheduling(intake):
    request = Request(contacted=True)
    until = timezone.now() + timedelta(hours=1)
    hold = AppointmentFactory(request=request, state=AppointmentState.HOLD, hold_until=until)
    booked(intake, hold.calendar, hold.starts_at, request=request)
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["cancelled", "held"]


@pytest.mark.django_db
def test_nothing_is_left_when_the_trail_cannot_be_written(intake, monkeypatch):
    def fail(*args, **facts):
        raise RuntimeError("no trail")

    request, calendar = Request(contacted=True, email="a@example.com"), CalendarFactory()
    monkeypatch.setattr(actions_requests.record, "record", fail)
    with pytest.raises(RuntimeError):
        booking.schedule(request.pk, by=intake, **wish(calendar))
    assert [model.objects.count() for model in (Appointment, OutgoingMessage, RequestEvent)] == [0, 0, 0]


@pytest.mark.django_db
def test_links_places_and_reasons_are_encrypted(intake):
    calendar = CalendarFactory()
    request = booked(intake, calendar, way=Way.VIDEO, video_link=LINK)
    booking.reschedule(request.pk, by=intake, **wish(calendar, noon(3), way=Way.PERSON, place="Part Pelicanhall"))
    stored = str(list(Appointment.objects.values())) + str(list(RequestEvent.objects.values()))
    stored += str(list(AuditEntry.objects.values())) + str(list(OutgoingMessage.objects.values()))
    assert str(calendar.pk) in stored
    assert [word for word in ("okapistone", "Pelicanhall") if word in stored] == []


# --- At once ------------------------------------------------------------------------------------------


def test_of_twenty_at_once_one_has_the_time(threads):
    calendar, user = CalendarFactory(), make_user("busy", group=GROUPS["intake"])
    requests = [Request(contacted=True) for _ in range(MANY)]

    def take(request):
        try:
            booking.schedule(request.pk, by=user, **wish(calendar))
        except Refused as refused:
            return refused.code
        return "done"

    outcomes = threads(*[partial(take, request) for request in requests])
    assert sorted(outcomes) == ["clash"] * (MANY - 1) + ["done"]
    assert Appointment.objects.count() == 1
    assert ConsultationRequest.objects.filter(status=Status.SCHEDULED).count() == 1


def test_of_twenty_rows_at_once_the_database_accepts_one(threads):
    """The constraint alone, without the action and its lock."""
    calendar = CalendarFactory()
    requests = [Request() for _ in range(MANY)]

    def insert(request):
        try:
            with transaction.atomic():
                AppointmentFactory(calendar=calendar, request=request)
        except Exception as error:
            return type(error).__name__
        return "done"

    outcomes = threads(*[partial(insert, request) for request in requests])
    assert outcomes.count("done") == 1
    assert Appointment.objects.count() == 1


def test_same_form_sent_many_times_at_once(threads):
    request, calendar, once = Request(contacted=True), CalendarFactory(), uuid.uuid4()
    user = make_user("busy", group=GROUPS["intake"])
    given = wish(calendar)

    def send():
        return booking.schedule(request.pk, by=user, once=once, seen=Status.CONTACTED, **given).pk

    assert threads(*[send] * 8) == [request.pk] * 8
    assert Appointment.objects.count() == 1
