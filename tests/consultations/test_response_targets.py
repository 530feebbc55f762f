from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from consultations.due_dates import Urgency
from consultations.models import ConsultationRequest, IntakeSettings
from consultations.response_targets import refresh, set_target, set_urgency
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=ZONE)
HOURS = [("hours", {"days": ["mon", "tue", "wed", "thu", "fri"], "opens": time(9), "closes": time(17)})]


def request_of(**values) -> ConsultationRequest:
    request = ConsultationRequest(submitted_at=values.pop("submitted_at", MONDAY), **values)
    set_target(request)
    return request


@pytest.mark.parametrize(
    ("values", "urgency", "minutes"),
    [
        ({}, Urgency.NORMAL, 240),
        ({"in_custody": True}, Urgency.URGENT, 30),
        ({"court_date": MONDAY.date() + timedelta(days=2)}, Urgency.URGENT, 30),
        ({"court_date": MONDAY.date() + timedelta(days=6)}, Urgency.SOON, 120),
    ],
)
def test_each_urgency_has_its_target(values, urgency, minutes):
    request = request_of(**values)
    assert (request.urgency, request.due_at) == (urgency, MONDAY + timedelta(minutes=minutes))


def test_night_waits_for_the_office_but_not_when_it_is_urgent():
    IntakeSettings.objects.create(hours=HOURS)
    night = MONDAY.replace(hour=22)
    assert request_of(submitted_at=night).due_at == MONDAY + timedelta(days=1, hours=3)
    assert request_of(submitted_at=night, in_custody=True).due_at == night + timedelta(minutes=30)


def test_holidays_do_not_count():
    IntakeSettings.objects.create(hours=HOURS, holidays=[("holiday", {"date": MONDAY.date(), "name": "Sample Day"})])
    assert request_of().due_at == MONDAY + timedelta(days=1, hours=3)


def test_targets_are_what_managers_set():
    IntakeSettings.objects.create(normal_minutes=15, normal_hours="always")
    assert request_of().due_at == MONDAY + timedelta(minutes=15)


def test_more_urgent_is_due_sooner_and_less_urgent_never_later():
    request = request_of()
    due = request.due_at
    request.in_custody = True
    assert set_urgency(request, now=MONDAY + timedelta(hours=1))
    assert request.due_at == MONDAY + timedelta(minutes=90) < due
    request.in_custody = False
    assert set_urgency(request, now=MONDAY + timedelta(hours=2))
    assert (request.urgency, request.due_at) == (Urgency.NORMAL, MONDAY + timedelta(minutes=90))


def test_court_date_comes_near_while_nobody_looks():
    court = MONDAY.date() + timedelta(days=5)
    open_one = Request(court_date=court, submitted_at=MONDAY, urgency=Urgency.SOON)
    closed = Request(declined=True, court_date=court, submitted_at=MONDAY, urgency=Urgency.SOON)
    later = MONDAY + timedelta(days=3)
    assert refresh(now=later) == 1
    open_one.refresh_from_db()
    closed.refresh_from_db()
    assert (open_one.urgency, closed.urgency) == (Urgency.URGENT, Urgency.SOON)
    assert refresh(now=later) == 0


@pytest.mark.parametrize("lines", ["desk", "a@example.com\nb@", "a@example.com, b@example.com"])
def test_addresses_for_notices_are_addresses(lines):
    with pytest.raises(ValidationError, match="is not an e-mail address"):
        IntakeSettings(notify_addresses=lines).clean()


def test_addresses_for_notices_are_read_line_by_line_each_once():
    settings = IntakeSettings(notify_addresses=" a@example.com \r\n\r\nb@example.com\na@example.com")
    settings.clean()
    assert settings.addresses == ["a@example.com", "b@example.com"]


@pytest.mark.parametrize("role", ["editor", "publisher", "intake", "odd", "intake_manager", "owner"])
def test_who_may_change_the_settings(client, staff, role):
    client.force_login(staff(role))
    status = client.get("/admin/settings/consultations/intakesettings/", follow=True).redirect_chain
    may = role in {"intake_manager", "owner"}
    assert (status == [] or status[-1][0] != "/admin/") == may


def test_settings_are_saved_with_their_hours(client, staff):
    client.force_login(staff("intake_manager"))
    IntakeSettings.objects.create()
    address = client.get("/admin/settings/consultations/intakesettings/", follow=True).redirect_chain[-1][0]
    data = {
        **{f"{name}_minutes": "45" for name in ("urgent", "soon", "normal")},
        **{f"{name}_hours": "office" for name in ("urgent", "soon", "normal")},
        "hours-count": "1",
        "hours-0-deleted": "",
        "hours-0-order": "0",
        "hours-0-type": "hours",
        "hours-0-value-days": ["mon", "tue"],
        "hours-0-value-opens": "09:00",
        "hours-0-value-closes": "17:00",
        "holidays-count": "0",
        "notify_addresses": "desk@example.com",
        "digest_at": "07:30",
        "times_notice": "48",
        "times_days": "10",
        "times_number": "6",
        "times_held": "24",
    }
    assert client.post(address, data).status_code == 302
    saved = IntakeSettings.current()
    assert (saved.urgent_minutes, saved.addresses, saved.digest_at) == (45, ["desk@example.com"], time(7, 30))
    assert saved.calendar(Urgency.URGENT).hours == {0: [(time(9), time(17))], 1: [(time(9), time(17))]}


def test_settings_that_nobody_has_saved_are_of_the_right_kinds():
    assert IntakeSettings.current().digest_at == time(8)
