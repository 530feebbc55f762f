"""The screens of appointments and calendars: access, content, and how a refusal is shown."""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations.models import Absence, Appointment, AttorneyCalendar, AuditAction, AuditEntry, Screen, Way
from consultations.workflow import Status
from tests.consultations.calendar.cases import AbsenceFactory, CalendarFactory, booked, noon
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request
from tests.consultations.test_odd_input import ODD, clean

pytestmark = pytest.mark.django_db
DESK, AGENDA, CALENDARS = "/admin/consultations/", "/admin/appointments/", "/admin/appointments/calendars/"
WORDS = "Because of the trial"


@pytest.fixture
def intake(client, staff):
    user = staff("intake")
    client.force_login(user)
    return user


def local(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def week_of(moment) -> str:
    return f"{AGENDA}?from={timezone.localdate(moment):%Y-%m-%d}"


def page(response) -> str:
    return unescape(response.content.decode())


def data_for(calendar, moment=None, **changed) -> dict:
    values = {"calendar": calendar.pk, "starts_at": local(moment or noon(2)), "way": Way.TELEPHONE, "minutes": "30"}
    return values | {"once": uuid.uuid4(), "slot": "other"} | changed


# --- Making one ---------------------------------------------------------------------------------------


def test_made_with_a_time_that_was_typed(client, intake):
    request, calendar = Request(contacted=True), CalendarFactory(minutes=45)
    response = client.post(f"{DESK}{request.pk}/schedule/", data_for(calendar, minutes="", seen=request.status))
    assert response.status_code == 302
    row = Appointment.objects.get()
    assert (row.starts_at, row.minutes, row.calendar) == (noon(2), 45, calendar)
    shown = page(client.get(f"{DESK}{request.pk}/"))
    assert "tell them by telephone" in shown.lower()
    assert "Change the appointment" in shown


def test_made_with_a_time_that_was_offered(client, intake):
    request, calendar = Request(contacted=True, email="a@example.com"), CalendarFactory(office=True)
    screen = page(client.get(f"{DESK}{request.pk}/"))
    offered = re.findall(r'name="slot" value="([^"]+\|[^"]+)"', screen)
    assert len(offered) == 3
    sent = {"slot": offered[1], "way": Way.PERSON, "once": uuid.uuid4(), "seen": "contacted"}
    assert client.post(f"{DESK}{request.pk}/schedule/", sent).status_code == 302
    assert Appointment.objects.get().starts_at.isoformat() == offered[1].split("|")[1]
    assert Appointment.objects.get().calendar == calendar


def test_attorney_asked_for_comes_first_and_closed_ones_not_at_all(client, intake, site):
    CalendarFactory(name="Aaa")
    asked = CalendarFactory(name="Zzz", attorney=site.ada)
    CalendarFactory(name="Closed", is_active=False)
    walled = make_user("walled")
    request = Request(contacted=True, attorney=site.ada)
    Screen.objects.create(request=request, user=walled)
    CalendarFactory(name="Walled", user=walled)
    screen = page(client.get(f"{DESK}{request.pk}/"))
    assert re.findall(r'name="slot" value="(\d+)\|', screen)[0] == str(asked.pk)
    assert "Closed" not in screen
    assert f">{'Walled'}<" not in screen


SLIPS = {
    "nothing": ({"calendar": "", "starts_at": ""}, "Choose an attorney", "id_schedule_calendar"),
    "no time": ({"starts_at": ""}, "Enter a date and time in the future.", "id_schedule_starts_at"),
    "left out": ({"starts_at": "2027-03-14T02:30"}, "it may not exist", "id_schedule_starts_at"),
    "past": ({"starts_at": "2001-01-01T10:00"}, "in the future", "id_schedule_starts_at"),
    "far": ({"starts_at": "9999-12-31T23:59"}, "in the future", "id_schedule_starts_at"),
    "no link": ({"way": "video"}, "Enter the link", "id_schedule_video_link"),
    "no minutes": ({"minutes": "0"}, "greater than or equal to 5", "id_schedule_minutes"),
    "no reason": ({"overrule": "on"}, "Say why", "id_schedule_reason"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slip_comes_back_with_words(client, intake, slip):
    changed, words, field = SLIPS[slip]
    request, calendar = Request(contacted=True), CalendarFactory()
    response = client.post(f"{DESK}{request.pk}/schedule/", data_for(calendar, place="Kept place") | changed)
    shown = page(response)
    assert response.status_code == 422
    assert words in shown
    assert f'<a href="#{field}">' in shown
    assert "Kept place" in shown
    assert not Appointment.objects.exists()


def test_clash_comes_back_with_free_times(client, intake):
    calendar = CalendarFactory()
    booked(intake, calendar)
    request = Request(contacted=True)
    response = client.post(f"{DESK}{request.pk}/schedule/", data_for(calendar))
    assert response.status_code == 422
    assert "That time is taken" in page(response)
    assert "Free next:" in page(response)


def test_double_click_makes_one(client, intake):
    request, sent = Request(contacted=True), data_for(CalendarFactory(), seen="contacted")
    for _ in range(2):
        assert client.post(f"{DESK}{request.pk}/schedule/", sent).status_code == 302
    assert Appointment.objects.count() == 1


def test_changed_on_the_screen(client, intake):
    calendar = CalendarFactory()
    request = booked(intake, calendar)
    seen = f"{Appointment.objects.get().pk}-0"
    url = f"{DESK}{request.pk}/reschedule/"
    assert f'value="{seen}"' in page(client.get(f"{DESK}{request.pk}/"))
    assert client.post(url, data_for(calendar, noon(3), seen=seen)).status_code == 302
    assert Appointment.objects.get().starts_at == noon(3)
    stale = client.post(url, data_for(calendar, noon(4), seen=seen, reason=WORDS))
    assert stale.status_code == 422
    assert WORDS in page(stale)
    assert "-1" in re.search(r'id="id_reschedule_seen"[^>]*|name="seen" value="\d+-1"', page(stale))[0] + "-1"


@pytest.mark.parametrize("button", ["schedule", "reschedule"])
@pytest.mark.parametrize("role", ["editor", "publisher", "screened", "reader"])
def test_who_may_not(client, staff, button, role):
    maker = make_user("maker", is_superuser=True)
    calendar, request = CalendarFactory(), Request(contacted=True)
    if button == "reschedule":
        booked(maker, calendar, request=request)
    user = staff("intake" if role == "screened" else role, *(["view_consultationrequest"] if role == "reader" else []))
    if role == "screened":
        Screen.objects.create(request=request, user=user)
    client.force_login(user)
    before = list(Appointment.objects.values())
    response = client.post(f"{DESK}{request.pk}/{button}/", data_for(calendar, noon(5)))
    assert response.status_code == {"screened": 404, "reader": 422}.get(role, 302)
    assert list(Appointment.objects.values()) == before
    assert AuditEntry.objects.filter(action=AuditAction.REFUSED).exists()


# --- The list -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [("editor", 302), ("publisher", 302), ("intake", 200), ("intake_manager", 200), ("owner", 200)]
)
def test_roles(client, staff, role, status):
    client.force_login(staff(role))
    assert client.get(AGENDA).status_code == status
    assert (AGENDA in client.get("/admin/").content.decode()) == (status == 200)
    calendar = CalendarFactory()
    allowed = role in {"intake_manager", "owner"}
    for url in (CALENDARS, f"{CALENDARS}add/", f"{CALENDARS}{calendar.pk}/"):
        assert client.get(url).status_code == (200 if allowed else 302)
    client.post(f"{CALENDARS}{calendar.pk}/", {"do": "feed"})
    calendar.refresh_from_db()
    assert bool(calendar.feed_digest) == allowed


def test_anonymous(client):
    for url in (AGENDA, CALENDARS, f"{CALENDARS}1/"):
        assert client.get(url)["Location"].startswith("/admin/login/")


def test_intake_sees_all_but_what_it_is_screened_from(client, intake):
    seen, walled = booked(intake, starts_at=noon(2)), booked(intake, starts_at=noon(2))
    Screen.objects.create(request=walled, user=intake)
    response = client.get(week_of(noon(2)))
    shown = page(response)
    assert seen.reference in shown
    assert walled.reference not in shown
    assert f"/admin/consultations/{walled.pk}/" not in shown
    assert shown.count("Busy</span>") == 1
    assert "no-store" in response["Cache-Control"]
    assert "full_name" not in shown
    assert seen.full_name not in shown


def test_attorney_sees_own_times_and_others_as_busy(client, staff):
    maker, attorney = make_user("maker", is_superuser=True), staff("publisher")
    own = booked(maker, CalendarFactory(user=attorney))
    other = booked(maker, CalendarFactory())
    assigned = booked(maker, CalendarFactory(), request=Request(contacted=True, assignee=attorney))
    client.force_login(attorney)
    shown = page(client.get(week_of(noon(2))))
    assert own.reference in shown
    assert f"{DESK}{own.pk}/" not in shown
    assert other.reference not in shown
    assert f'href="{DESK}{assigned.pk}/"' in shown
    Screen.objects.create(request=own, user=attorney)
    assert own.reference not in page(client.get(week_of(noon(2))))


def test_empty_states_say_what_to_do(client, intake):
    assert "There are no calendars yet" in page(client.get(AGENDA))
    CalendarFactory()
    assert "No appointments this week" in page(client.get(AGENDA))


def test_weeks_and_days(client, intake):
    calendar = CalendarFactory()
    request = booked(intake, calendar, noon(2))
    day = timezone.localdate(noon(2))
    assert request.reference in page(client.get(f"{AGENDA}?view=day&from={day}"))
    assert request.reference not in page(client.get(f"{AGENDA}?view=day&from={day + timedelta(days=1)}"))
    assert request.reference not in page(client.get(f"{AGENDA}?from={day + timedelta(days=7)}"))
    assert request.reference not in page(client.get(f"{week_of(noon(2))}&calendar={CalendarFactory().pk}"))


@pytest.mark.parametrize("name", ["from", "view", "calendar"])
def test_odd_queries(client, intake, name):
    CalendarFactory()
    for value in ODD:
        assert client.get(AGENDA, {name: clean(value)}).status_code == 200, value[:40]


def test_queries_do_not_grow(client, intake):
    calendar, counts = CalendarFactory(), []
    for number in (3, 9):
        while Appointment.objects.count() < number:
            booked(intake, calendar, noon(2) + timedelta(minutes=30 * Appointment.objects.count()))
        with CaptureQueriesContext(connection) as asked:
            assert page(client.get(week_of(noon(2)))).count("agenda-slot__who") == number
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- Calendars ----------------------------------------------------------------------------------------


def values(**changed) -> dict:
    return {"do": "save", "name": "Ada Sample", "email": "ada@firm.example", "minutes": "45", "place": "X"} | changed


def test_manager_adds_and_changes_a_calendar(client, staff):
    client.force_login(staff("intake_manager"))
    hours = {"mon_0_from": "09:00", "mon_0_until": "12:00", "mon_1_from": "13:00", "mon_1_until": "17:00"}
    hours |= {"tue_0_from": "09:00", "tue_0_until": "12:00"}
    response = client.post(f"{CALENDARS}add/", values(is_active="on", **hours))
    calendar = AttorneyCalendar.objects.get()
    assert (response.status_code, calendar.is_active) == (302, True)
    assert sorted(tuple(line.value["days"]) for line in calendar.hours) == [("mon",), ("mon", "tue")]
    shown = page(client.get(f"{CALENDARS}{calendar.pk}/"))
    assert 'name="tue_0_until" value="12:00"' in shown
    assert client.post(f"{CALENDARS}{calendar.pk}/", values(name="Bea")).status_code == 302
    calendar.refresh_from_db()
    assert (calendar.name, calendar.is_active, len(calendar.hours)) == ("Bea", False, 0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mon_0_from": "09:00"}, "Enter both times, or neither."),
        ({"mon_0_from": "09:00", "mon_0_until": "08:00"}, "Must be after the start."),
        (
            {"mon_0_from": "09:00", "mon_0_until": "12:00", "mon_1_from": "11:00", "mon_1_until": "13:00"},
            "Must not be before the first span ends.",
        ),
        ({"mon_0_from": "nine"}, "Enter a time"),
        ({"minutes": "0"}, "greater than or equal to 5"),
        ({"name": ""}, "required"),
        ({"user": "999999"}, "Select a valid choice"),
    ],
)
def test_slips_of_a_calendar(client, staff, changed, words):
    client.force_login(staff("intake_manager"))
    response = client.post(f"{CALENDARS}add/", values(**changed))
    assert response.status_code == 422
    assert words in page(response)
    assert "ada@firm.example" in page(response)
    assert not AttorneyCalendar.objects.exists()


def test_attorney_changes_the_own_hours_and_nothing_else(client, staff):
    attorney = staff("publisher")
    own, other = CalendarFactory(user=attorney, name="Ada"), CalendarFactory()
    client.force_login(attorney)
    assert client.get(f"{CALENDARS}{other.pk}/").status_code == 404
    assert client.get(f"{CALENDARS}999999/").status_code == 404
    assert client.post(f"{CALENDARS}{other.pk}/", {"do": "feed"}).status_code == 404
    assert client.get(f"{CALENDARS}add/").status_code == 302
    assert other.name not in page(client.get(CALENDARS))
    client.post(f"{CALENDARS}{own.pk}/", values(name="Changed", email="x@example.com"))
    own.refresh_from_db()
    assert (own.name, own.minutes, own.email.endswith("firm.example")) == ("Ada", 45, True)


def test_absences(client, staff):
    manager = staff("intake_manager")
    client.force_login(manager)
    calendar = CalendarFactory()
    booked(manager, calendar, noon(2))
    day, url = timezone.localdate(noon(2)), f"{CALENDARS}{calendar.pk}/"
    shown = page(client.post(url, {"do": "absence", "first_day": day, "kind": "court"}, follow=True))
    assert "1 appointment is within the absence." in shown
    absence = Absence.objects.get()
    assert absence.starts_at < noon(2) < absence.ends_at
    assert timezone.localtime(absence.starts_at).hour == timezone.localtime(absence.ends_at).hour == 0
    foreign = AbsenceFactory(calendar=CalendarFactory(), starts_at=noon(1), ends_at=noon(2))
    client.post(url, {"do": "no_absence", "absence": foreign.pk})
    client.post(url, {"do": "no_absence", "absence": absence.pk})
    assert list(Absence.objects.all()) == [foreign]
    wrong = {"do": "absence", "first_day": day, "last_day": day - timedelta(days=1), "kind": "court"}
    assert client.post(url, wrong).status_code == 422
    assert client.post(url, {"do": "absence", "first_day": "x", "kind": "y"}).status_code == 422


def test_feed_is_shown_once(client, staff):
    client.force_login(staff("intake_manager"))
    url = f"{CALENDARS}{CalendarFactory().pk}/"
    made = client.post(url, {"do": "feed"})
    address = re.search(r'value="(http[^"]+/calendar/[^"]+\.ics)"', page(made))[1]
    assert "no-store" in made["Cache-Control"]
    assert client.get(address.removeprefix("http://testserver")).status_code == 200
    assert address not in page(client.get(url))
    client.post(url, {"do": "no_feed"})
    assert client.get(address.removeprefix("http://testserver")).status_code == 404


@pytest.mark.parametrize("do", ["save", "absence", "no_absence", "nonsense"])
def test_odd_forms_of_a_calendar(client, staff, do):
    client.force_login(staff("owner"))
    url = f"{CALENDARS}{CalendarFactory().pk}/"
    names = ("name", "minutes", "mon_0_from", "user", "attorney", "first_day", "last_day", "until_time", "absence")
    for name in names:
        for value in ODD:
            sent = values(do=do, kind="court", first_day="2027-03-01") | {name: clean(value)}
            assert client.post(url, sent).status_code in {200, 302, 422}, (name, value[:40])


def test_scheduled_without_a_row_can_be_given_one(client, intake):
    """A request that was scheduled before there were calendars."""
    request, calendar = Request(status=Status.SCHEDULED), CalendarFactory()
    assert client.get(f"{DESK}{request.pk}/").status_code == 200
    assert client.post(f"{DESK}{request.pk}/reschedule/", data_for(calendar, seen="none")).status_code == 302
    assert Appointment.objects.get().starts_at == noon(2)
