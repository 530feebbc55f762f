"""Self-booking on the thank-you page: who is offered times, what is held, and what staff do with it."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.core import mail, signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from consultations.actions import booking, confirm_slot
from consultations.actions import requests as actions_requests
from consultations.actions.merging import merge
from consultations.actions.requests import Refused
from consultations.calendar import offered_slots
from consultations.calendar.offered_slots import held_until, spread
from consultations.calendar.self_booking import NotHeld, choose_time, give_up_time
from consultations.calendar.status_effects import end_lapsed_holds
from consultations.conflict_states import PASSING, ConflictState
from consultations.conflicts import checks, decisions, first_check
from consultations.intake.responses import COOKIE, COOKIE_AGE, COOKIE_SALT
from consultations.intake.self_booking_view import MOST_RECENT, code_of
from consultations.mail.outbox import send_due
from consultations.models import (
    Appointment,
    AppointmentState,
    AuditEntry,
    ConsultationRequest,
    EventKind,
    IntakeSettings,
    OutgoingMessage,
    RequestEvent,
    Screen,
    Way,
)
from consultations.workflow import AWAITING, Status
from tests.consultations.actions.test_requests import BLIND, WORKERS, account
from tests.consultations.calendar.cases import AbsenceFactory, AppointmentFactory, CalendarFactory, noon
from tests.consultations.conflicts.parties import PartyFactory
from tests.consultations.factories import ConsultationRequestFactory as Request

THANKS = "/free-consultation/thank-you/"
NAME, ADDRESS = "Zebrawine Okapistone", "zebrawine@okapistone.example"
HEADING = "Choose a time for your consultation"
ZONE = ZoneInfo("America/New_York")

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return IntakeSettings.objects.create(offers_times=True, notify_addresses="desk@example.com")


@pytest.fixture
def browser():
    """Return a browser that has the cookie of a request."""

    def build(request, **made) -> Client:
        client = Client(**made)
        client.cookies[COOKIE] = signing.get_cookie_signer(salt=COOKIE + COOKIE_SALT).sign(request.reference)
        return client

    return build


def page_of(client: Client) -> str:
    response = client.get(THANKS)
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    return unescape(response.content.decode())


def codes_in(page: str) -> list[str]:
    return re.findall(r'name="starts_at" value="([^"]+)"', page)


def sent(starts_at: datetime, way: str = Way.TELEPHONE) -> dict:
    return {"starts_at": code_of(starts_at), "way": str(way), "doing": "choose"}


def hold_of(request) -> Appointment | None:
    return Appointment.objects.filter(request=request, state=AppointmentState.HOLD).first()


def chosen(calendar=None, *, at=None, **values):
    """A request with a chosen time."""
    request = Request(**{"email": ADDRESS} | values)
    calendar = calendar or CalendarFactory()
    choose_time(reference=request.reference, starts_at=at or noon(3), way=Way.TELEPHONE)
    return request


def doings(request) -> list[str]:
    events = request.events.filter(kind=EventKind.APPOINTMENT).order_by("pk")
    return [event.facts["doing"] for event in events]


# --- To whom it is shown ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("state", list(ConflictState))
def test_times_are_for_a_passed_check_and_a_request_that_nobody_has_answered(
    site, desk, browser, status, state, monkeypatch
):
    monkeypatch.setattr(first_check, "check_first", lambda pk: False)
    other = Request()
    request = Request(status=status, conflict_state=state, merged_into=other if status == Status.MERGED else None)
    CalendarFactory()
    is_offered = status in AWAITING and state in PASSING
    page = page_of(browser(request))
    assert request.reference in page
    assert (HEADING in page, bool(codes_in(page))) == (is_offered, is_offered)
    response = browser(request).post(THANKS, sent(noon(3)))
    assert response.status_code == (303 if is_offered else 409)
    assert bool(hold_of(request)) is is_offered


@pytest.mark.parametrize("is_on", [True, False])
def test_page_is_the_same_whatever_the_check_has_found(site, browser, is_on):
    IntakeSettings.objects.create(offers_times=is_on)
    if not is_on:
        CalendarFactory()
    pages = set()
    for state in ConflictState if not is_on else [one for one in ConflictState if one not in PASSING]:
        request = Request(conflict_state=state, due_at=noon(1))
        client = browser(request)
        answers = [client.get(THANKS), client.post(THANKS, sent(noon(3)))]
        pages.add(tuple(one.content.replace(request.reference.encode(), b"") for one in answers))
    # Nothing is free either: the answer to somebody whose check has passed is the same.
    request = Request(due_at=noon(1))
    client = browser(request)
    answers = [client.get(THANKS), client.post(THANKS, sent(noon(3)))]
    pages.add(tuple(one.content.replace(request.reference.encode(), b"") for one in answers))
    assert len(pages) == 1


def test_off_there_is_nothing_and_nothing_is_taken(site, browser):
    CalendarFactory()
    request = Request()
    assert HEADING not in page_of(browser(request))
    assert browser(request).post(THANKS, sent(noon(3))).status_code == 405
    with pytest.raises(NotHeld):
        choose_time(reference=request.reference, starts_at=noon(3), way=Way.TELEPHONE)
    assert not Appointment.objects.exists()


def test_nothing_for_somebody_who_has_an_appointment(site, desk, browser):
    request = Request()
    AppointmentFactory(request=request)
    assert HEADING not in page_of(browser(request))


@pytest.mark.parametrize("free", ["no_calendar", "closed", "away", "notice", "horizon"])
def test_nothing_when_nothing_is_free(site, desk, browser, free):
    calendar = None if free == "no_calendar" else CalendarFactory(is_active=free != "closed")
    if free == "away":
        now = timezone.now()
        AbsenceFactory(calendar=calendar, starts_at=now, ends_at=now + timedelta(days=60))
    if free in {"notice", "horizon"}:
        desk.times_days, desk.times_notice = (1, 14 * 24) if free == "notice" else (1, 72)
        desk.save()
    assert HEADING not in page_of(browser(Request()))


def test_attorneys_are_named_only_when_they_were_asked_for(site, desk, browser):
    CalendarFactory(name="Other Attorney")
    own = CalendarFactory(name="Ada in the calendar", attorney=site.ada, place="")
    page = page_of(browser(Request()))
    assert "Attorney</" not in page
    assert "Other Attorney" not in page
    assert "Ada Sample" not in page.split("choice-of")[1]
    assert "In person: 1 Sample Street" in page
    asked = Request(attorney=site.ada)
    page = page_of(browser(asked))
    assert "free with Ada Sample" in page
    assert "In person" not in page
    choose_time(reference=asked.reference, starts_at=noon(3), way=Way.TELEPHONE)
    assert hold_of(asked).calendar == own
    assert HEADING not in page_of(browser(Request(attorney=site.bo)))


def test_page_names_the_zone_and_nobody(site, desk, browser):
    CalendarFactory()
    request = Request(full_name=NAME, email=ADDRESS)
    page = page_of(browser(request))
    assert re.search(r"AM\N{NO-BREAK SPACE}E[SD]T", page)
    browser(request).post(THANKS, sent(noon(3)))
    page += page_of(browser(request))
    assert "We hold this time for you" in page
    assert not re.search(r"Zebrawine|okapistone|desk@", page)
    assert "conflict" not in page.lower()


# --- Which times ------------------------------------------------------------------------------------


def test_times_are_spread_over_days_and_lie_within_the_limits(site, desk, browser):
    CalendarFactory(office=True)
    times = [datetime.fromisoformat(code) for code in codes_in(page_of(browser(Request())))]
    now = timezone.now()
    assert len(times) == 6
    assert times == sorted(times)
    assert len({at.astimezone(ZONE).date() for at in times}) == 3
    assert min(times) >= now + timedelta(hours=24)
    assert max(times) <= now + timedelta(days=11)


@pytest.mark.parametrize(
    ("hours", "number", "expected"),
    [
        ({1: range(9, 17), 2: range(9, 17), 3: range(9, 17)}, 4, [(1, 11), (1, 15), (2, 11), (2, 15)]),
        ({1: [9], 2: [9, 10, 11]}, 4, [(1, 9), (2, 9), (2, 10), (2, 11)]),
        ({1: [9]}, 6, [(1, 9)]),
        ({1: [9, 10], 2: [9]}, 1, [(1, 10)]),
        ({}, 6, []),
    ],
)
def test_spread(hours, number, expected):
    times = [datetime(2027, 3, day, hour, tzinfo=ZONE) for day, several in hours.items() for hour in several]
    assert [(at.day, at.hour) for at in spread(times, number, ZONE)] == expected


def test_hold_counts_working_time_and_ends_with_the_time_itself(desk):
    calendar = CalendarFactory(office=True)
    friday = datetime(2027, 3, 5, 16, tzinfo=ZONE)
    assert held_until(friday + timedelta(days=20), calendar, desk=desk, now=friday) == datetime(
        2027, 3, 8, 16, tzinfo=ZONE
    )
    monday = datetime(2027, 3, 8, 10, tzinfo=ZONE)
    assert held_until(monday, calendar, desk=desk, now=friday) == monday


# --- Choosing ---------------------------------------------------------------------------------------


def test_chosen_time_is_held_told_and_mailed(site, desk, browser):
    calendar = CalendarFactory()
    request = Request(full_name=NAME, email=ADDRESS)
    assert browser(request).post(THANKS, sent(noon(3), Way.PERSON))["Location"] == THANKS
    hold = hold_of(request)
    assert (hold.calendar, hold.starts_at, hold.way, hold.place) == (calendar, noon(3), "person", "1 Sample Street")
    assert timezone.now() < hold.hold_until <= hold.starts_at
    assert doings(request) == ["chosen"]
    assert AuditEntry.objects.filter(facts__doing="time_chosen", actor_id=None).count() == 1
    send_due()
    (letter,) = mail.outbox
    assert letter.to == ["desk@example.com"]
    assert request.reference in letter.subject
    text = letter.body + str(letter.alternatives)
    assert "12:00 PM" in text
    assert "held until" in text
    assert not re.search(r"Zebrawine|okapistone|Sample Street", text + letter.subject)


def test_choosing_twice_is_one_hold_and_another_choice_takes_its_place(site, desk, browser):
    CalendarFactory()
    request = Request()
    for at in (noon(3), noon(3), noon(4)):
        assert browser(request).post(THANKS, sent(at)).status_code == 303
    assert hold_of(request).starts_at == noon(4)
    assert Appointment.objects.count() == 1
    assert doings(request) == ["chosen", "chosen_anew"]
    assert OutgoingMessage.objects.count() == 1


def test_giving_it_up_frees_it(site, desk, browser):
    request = chosen()
    client = browser(request)
    assert client.post(THANKS, {"doing": "give_up"}).status_code == 303
    assert client.post(THANKS, {"doing": "give_up"}).status_code == 303
    assert hold_of(request) is None
    assert doings(request) == ["chosen", "given_up"]
    assert HEADING in page_of(client)
    send_due()
    assert mail.outbox == []


def test_time_taken_in_between_brings_words_and_other_times(site, desk, browser):
    AppointmentFactory(calendar=CalendarFactory(), starts_at=noon(3))
    request = Request()
    response = browser(request).post(THANKS, sent(noon(3)))
    page = unescape(response.content.decode())
    assert response.status_code == 409
    assert "no longer available" in page
    assert response["Cache-Control"] == "no-store"
    assert codes_in(page)
    assert code_of(noon(3)) not in codes_in(page)
    assert hold_of(request) is None


def test_second_free_calendar_is_taken(desk):
    first, second = CalendarFactory(), CalendarFactory()
    requests = [chosen(first), chosen(first)]
    assert {hold_of(one).calendar for one in requests} == {first, second}
    with pytest.raises(NotHeld):
        chosen(first)


def test_calendar_is_not_blocked_by_holds(desk, site, browser):
    calendar = CalendarFactory()
    for place in range(offered_slots.MOST_A_DAY):
        chosen(calendar, at=noon(3) + timedelta(hours=place))
    with pytest.raises(NotHeld):
        chosen(calendar, at=noon(3) + timedelta(hours=6))
    days = {datetime.fromisoformat(code).astimezone(ZONE).date() for code in codes_in(page_of(browser(Request())))}
    assert days
    assert noon(3).date() not in days
    changing = ConsultationRequest.objects.filter(appointments__starts_at=noon(3)).get()
    choose_time(reference=changing.reference, starts_at=noon(3) + timedelta(hours=6), way=Way.TELEPHONE)


def test_network_that_chooses_on_and_on_is_stopped(site, desk, browser):
    CalendarFactory()
    client = browser(Request())
    answers = [client.post(THANKS, sent(noon(3 + place % 2))).status_code for place in range(MOST_RECENT + 1)]
    assert answers == [303] * MOST_RECENT + [429]


@pytest.mark.parametrize(
    "changed",
    [
        {"starts_at": ""},
        {"starts_at": "x" * 10_000},
        {"starts_at": "0001-01-01T00:00Z"},
        {"starts_at": "9999-12-31T23:59-23:00"},
        {"starts_at": "2026-13-45T99:00Z"},
        {"starts_at": "\x00"},
        {"starts_at": code_of(datetime(2020, 1, 1, tzinfo=UTC))},
        {"starts_at": code_of(datetime(2099, 1, 1, tzinfo=UTC))},
        {"starts_at": None},
        {"way": "video"},
        {"way": "x"},
        {"way": None},
    ],
)
def test_forged_input_is_a_plain_answer(site, desk, browser, changed):
    CalendarFactory()
    request = Request()
    data = {name: value for name, value in (sent(noon(3)) | changed).items() if value is not None}
    response = browser(request).post(THANKS, data)
    assert response.status_code in {409, 422}
    assert HEADING in unescape(response.content.decode())
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("minutes", [1, 17])
def test_time_that_was_never_offered(desk, minutes):
    CalendarFactory()
    with pytest.raises(NotHeld):
        chosen(at=noon(3) + timedelta(minutes=minutes))


@pytest.mark.parametrize("cookie", ["none", "forged", "expired", "another_salt"])
def test_without_a_good_cookie_nothing_is_told_or_taken(site, desk, cookie):
    CalendarFactory()
    request, client = Request(), Client()
    signer = signing.get_cookie_signer(salt=COOKIE + ("x" if cookie == "another_salt" else COOKIE_SALT))
    if cookie == "expired":
        signer.timestamp = lambda: signing.b62_encode(int(timezone.now().timestamp()) - COOKIE_AGE - 5)
    value = {"none": "", "forged": f"{request.reference}:1abcde:forged"}.get(cookie, signer.sign(request.reference))
    client.cookies[COOKIE] = value
    response = client.post(THANKS, sent(noon(3)))
    assert response.status_code == 403
    assert request.reference not in response.content.decode()
    assert HEADING not in response.content.decode()
    assert not Appointment.objects.exists()


def test_choice_without_the_cookie_against_forgery_leads_back(site, desk, browser):
    CalendarFactory()
    request = Request()
    response = browser(request, enforce_csrf_checks=True).post(THANKS, sent(noon(3)))
    assert (response.status_code, response["Location"]) == (303, THANKS)
    assert hold_of(request) is None


def test_trouble_of_ours_is_no_500(site, desk, browser, monkeypatch):
    CalendarFactory()

    def fail(**given):
        raise RuntimeError(NAME)

    monkeypatch.setattr("consultations.intake.self_booking_view.choose_time", fail)
    response = browser(Request()).post(THANKS, sent(noon(3)))
    assert response.status_code == 503
    assert "The fault is ours" in response.content.decode()


# --- When something comes in between ----------------------------------------------------------------


def test_correction_that_opens_the_check_ends_the_hold_quietly(desk):
    request = chosen(full_name="Lynx Mossbrook")
    PartyFactory(name=NAME, role="adverse")
    request.full_name = NAME
    request.save()
    checks.take_in(request)
    request.refresh_from_db()
    assert request.conflict_state == ConflictState.OPEN
    assert hold_of(request) is None
    assert doings(request)[-1] == "ended"
    assert not OutgoingMessage.objects.filter(kind__startswith="person").exists()


def test_check_that_fails_or_is_flagged_ends_the_hold(desk, staff, monkeypatch):
    flagged, failed = chosen(), chosen()
    decisions.flag(flagged.pk, by=staff("intake"), reason="Look")
    monkeypatch.setattr(checks, "matches_of", lambda members: 1 / 0)
    assert not checks.take_in(failed)
    assert (hold_of(flagged), hold_of(failed)) == (None, None)


@pytest.mark.parametrize("to", [Status.QUARANTINE, Status.DECLINED, Status.CONFLICT, Status.NOT_REACHED, Status.MERGED])
def test_request_that_ends_frees_the_time(desk, staff, to):
    request, by = chosen(), staff("intake_manager")
    if to == Status.MERGED:
        merge(request.pk, into=Request().pk, by=by)
    else:
        actions_requests.move(request.pk, to=to, reason="Why", by=by)
    assert hold_of(request) is None
    assert doings(request)[-1] == "ended"


def test_screen_of_the_attorney_frees_the_time(desk, staff):
    attorney = staff("publisher")
    request = chosen(CalendarFactory(user=attorney))
    actions_requests.screen(request.pk, user=attorney, by=staff("intake_manager"))
    assert hold_of(request) is None
    with pytest.raises(NotHeld):
        choose_time(reference=request.reference, starts_at=noon(4), way=Way.TELEPHONE)


def test_contact_keeps_the_time(desk, staff):
    request = chosen()
    actions_requests.log_contact(request.pk, channel="call", outcome="spoke", by=staff("intake"))
    assert hold_of(request)


def test_hold_lapses_and_nobody_is_mailed(site, desk, browser):
    request = chosen()
    until = hold_of(request).hold_until
    assert end_lapsed_holds(until - timedelta(seconds=1)) == 0
    OutgoingMessage.objects.all().delete()
    assert (end_lapsed_holds(until), end_lapsed_holds(until)) == (1, 0)
    assert hold_of(request) is None
    assert doings(request) == ["chosen", "lapsed"]
    assert not OutgoingMessage.objects.exists()
    assert HEADING in page_of(browser(request))


def test_lapsed_hold_stands_in_nobodys_way(desk):
    calendar = CalendarFactory()
    first = chosen(calendar)
    Appointment.objects.update(hold_until=timezone.now() - timedelta(seconds=1))
    second = chosen(calendar)
    assert hold_of(first) is None
    assert hold_of(second)


# --- Staff ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "url"), [(confirm_slot.confirm_time, "confirm_time"), (confirm_slot.release_time, "release_time")]
)
@pytest.mark.parametrize("role", [*sorted(BLIND), *sorted(WORKERS)])
def test_every_role_and_both_buttons(desk, client, role, action, url):
    request = chosen()
    user = account(role, request)
    act = partial(action, request.pk, by=user)
    if role in WORKERS:
        act()
        assert hold_of(request) is None
        return
    with pytest.raises(ConsultationRequest.DoesNotExist):
        act()
    assert hold_of(request)
    if role != "anonymous":
        client.force_login(user)
    answer = client.post(reverse(f"consultations:{url}", args=[request.pk]))
    assert answer.status_code in {302, 403, 404}
    assert "consultations" not in answer.get("Location", "").split("?")[0]
    assert hold_of(request)


def test_one_press_is_contact_and_appointment(desk, staff, client):
    request, by = chosen(), staff("intake")
    OutgoingMessage.objects.all().delete()
    client.force_login(by)
    page = client.get(reverse("consultations:request", args=[request.pk])).content.decode()
    assert "The person chose a time" in page
    assert "counts as the first contact" in page
    seen = booking.version(hold_of(request))
    url = reverse("consultations:confirm_time", args=[request.pk])
    assert [client.post(url, {"seen": seen}).status_code for _ in range(2)] == [302, 302]
    request.refresh_from_db()
    assert request.status == Status.SCHEDULED
    assert request.scheduled_for == noon(3)
    assert request.first_contact_at is not None
    kinds = [event.facts for event in request.events.filter(kind=EventKind.CONTACT)]
    assert kinds == [{"direction": "out", "channel": "email", "outcome": "sent"}]
    assert request.appointments.held().get().starts_at == noon(3)
    assert OutgoingMessage.objects.filter(kind="person_booked").count() == 1
    page = client.get(reverse("consultations:request", args=[request.pk])).content.decode()
    assert "The person chose a time" not in page


def test_without_address_a_call_comes_first(desk, staff, client):
    request, by = chosen(email=""), staff("intake")
    client.force_login(by)
    page = client.get(reverse("consultations:request", args=[request.pk])).content.decode()
    assert "Call first, then confirm" in page
    assert ">Confirm<" not in page
    with pytest.raises(Refused, match="call the person first"):
        confirm_slot.confirm_time(request.pk, by=by)
    assert hold_of(request)
    actions_requests.log_contact(request.pk, channel="call", outcome="no_answer", by=by)
    confirm_slot.confirm_time(request.pk, by=by)
    assert not request.events.filter(kind=EventKind.CONTACT, facts__channel="email").exists()


def test_refused_confirmation_undoes_all_of_it(desk, staff):
    request, by = chosen(), staff("intake")
    AbsenceFactory(calendar=hold_of(request).calendar, starts_at=noon(2), ends_at=noon(5))
    before = RequestEvent.objects.count()
    with pytest.raises(Refused, match="away"):
        confirm_slot.confirm_time(request.pk, by=by)
    request.refresh_from_db()
    assert (request.status, request.first_contact_at) == (Status.NEW, None)
    assert hold_of(request)
    assert RequestEvent.objects.count() == before


@pytest.mark.parametrize("verb", ["confirm_time", "release_time"])
def test_choice_that_has_changed_in_between(desk, staff, verb):
    request, by = chosen(), staff("intake")
    seen = booking.version(hold_of(request))
    choose_time(reference=request.reference, starts_at=noon(4), way=Way.TELEPHONE)
    with pytest.raises(Refused, match="another time"):
        getattr(confirm_slot, verb)(request.pk, by=by, seen=seen)
    give_up_time(reference=request.reference)
    with pytest.raises(Refused, match="no longer held"):
        getattr(confirm_slot, verb)(request.pk, by=by, seen=seen)


def test_a_release_is_seen_in_timeline_queue_and_page(desk, staff, client, site, browser):
    request, by = chosen(full_name=NAME), staff("intake")
    client.force_login(by)
    assert request.reference in client.get("/admin/consultations/?set=chosen").content.decode()
    client.post(reverse("consultations:release_time", args=[request.pk]), {"seen": booking.version(hold_of(request))})
    page = client.get(reverse("consultations:request", args=[request.pk])).content.decode()
    assert "The chosen time was released" in page
    assert "A time was chosen" in page
    assert request.reference not in client.get("/admin/consultations/?set=chosen").content.decode()


def test_screened_staff_get_no_mail(desk, staff):
    desk.notify_addresses = ""
    desk.save()
    inside, walled = staff("intake"), staff("intake_manager")
    request = Request()
    Screen.objects.create(request=request, user=walled)
    CalendarFactory()
    choose_time(reference=request.reference, starts_at=noon(3), way=Way.TELEPHONE)
    assert list(OutgoingMessage.objects.values_list("address", flat=True)) == [inside.email]


# --- Costs ------------------------------------------------------------------------------------------


def test_queries_do_not_grow(site, desk, browser):
    def count(client) -> int:
        with CaptureQueriesContext(connection) as found:
            page_of(client)
        return len(found)

    client = browser(Request())
    CalendarFactory.create_batch(2)
    page_of(client)
    few = count(client)
    for calendar in CalendarFactory.create_batch(8):
        chosen(calendar)
    assert count(client) == few
