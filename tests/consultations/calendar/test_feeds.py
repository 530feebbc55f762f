"""The private feed: access, its exact content, and how it ends."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from icalendar import Calendar

from consultations.calendar import calendar_actions
from consultations.models import Appointment, AttorneyCalendar, AuditEntry, Screen, Way
from tests.consultations.calendar.cases import CalendarFactory, booked, cancel, noon
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db
OLD_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
NEW_KEY = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="


@pytest.fixture
def owner(staff):
    return staff("owner")


@pytest.fixture
def attorney():
    return make_user("ada", permissions=("access_admin",))


def address(calendar, owner) -> str:
    return f"/calendar/{calendar_actions.make_feed(calendar, by=owner)}.ics"


def events(client, url: str) -> list:
    response = client.get(url)
    assert response.status_code == 200
    return Calendar.from_ical(response.content).walk("VEVENT")


def test_shows_times_and_no_names(client, owner):
    calendar = CalendarFactory(place="1 Sample Street")
    request = Request(contacted=True, full_name="Quillfeather", email="zephyrine@example.com", message="Thistledown")
    booked(owner, calendar, request=request, way=Way.PERSON)
    other = Request(contacted=True, full_name="Brambletwist")
    booked(owner, calendar, noon(3), request=other, way=Way.PERSON, place="At Brambletwist’s")
    link = "https://video.example.com/room"
    booked(owner, calendar, noon(4), way=Way.VIDEO, video_link=link)
    url = address(calendar, owner)
    response = client.get(url)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert (response["Cache-Control"], "noindex" in response["X-Robots-Tag"]) == ("private, no-store", True)
    raw = response.content.decode().replace("\r\n ", "").lower()
    assert [word for word in ("quillf", "zephyr", "thistle", "bramble", "video.example") if word in raw] == []
    found = Calendar.from_ical(response.content).walk("VEVENT")
    assert [str(event["LOCATION"]) for event in found] == ["1 Sample Street", "In person", "By video"]
    assert str(found[0]["SUMMARY"]) == f"Consultation {request.reference}"
    assert [event["UID"] for event in found] == list(Appointment.objects.values_list("uid", flat=True))


def test_only_the_own_calendar_and_only_what_holds(client, owner):
    calendar, other = CalendarFactory(), CalendarFactory()
    booked(owner, other)
    cancelled = booked(owner, calendar)
    kept = booked(owner, calendar, noon(3))
    cancel(cancelled.pk, reason="x", by=owner)
    (event,) = events(client, address(calendar, owner))
    assert kept.reference in event["SUMMARY"]


def test_screened_request_is_not_in_it(client, owner, attorney):
    calendar = CalendarFactory(user=attorney)
    request = booked(owner, calendar)
    url = address(calendar, owner)
    Screen.objects.create(request=request, user=attorney)
    assert events(client, url) == []


@pytest.mark.parametrize("token", ["x", "x" * 43, "é", "..", "x" * 900])
def test_wrong_token_is_like_any_missing_page(client, site, owner, token):
    CalendarFactory()
    response = client.get(f"/calendar/{token}.ics")
    assert response.status_code == 404
    assert response.content == client.get("/nowhere.ics").content


def test_renewed_and_revoked(client, owner):
    calendar = CalendarFactory()
    first = address(calendar, owner)
    second = address(calendar, owner)
    assert [client.get(url).status_code for url in (first, second)] == [404, 200]
    assert calendar_actions.revoke_feed(calendar, by=owner)
    assert not calendar_actions.revoke_feed(calendar, by=owner)
    assert client.get(second).status_code == 404
    doing = list(AuditEntry.objects.order_by("pk").values_list("facts__doing", flat=True))
    assert doing == ["feed", "feed", "no_feed"]


def test_token_is_kept_nowhere(owner):
    calendar = CalendarFactory()
    token = calendar_actions.make_feed(calendar, by=owner)
    calendar.refresh_from_db()
    assert len(token.removeprefix("0-")) == 43
    assert token not in str(AttorneyCalendar.objects.values()) + str(AuditEntry.objects.values())
    assert calendar.feed_digest not in token


def is_open(client, url: str) -> bool:
    response = client.get(url)
    assert response.status_code in {200, 404}
    return response.status_code == 200


def test_deactivated_account_closes_the_feed(client, owner, attorney):
    url = address(CalendarFactory(user=attorney), owner)
    assert is_open(client, url)
    attorney.is_active = False
    attorney.save()
    assert not is_open(client, url)


def test_loss_of_the_admin_permission_closes_the_feed(client, owner, attorney):
    url = address(CalendarFactory(user=attorney), owner)
    assert is_open(client, url)
    attorney.user_permissions.clear()
    assert not is_open(client, url)


def test_removal_from_the_group_closes_the_feed(client, owner):
    attorney = make_user("bo", group="Intake")
    url = address(CalendarFactory(user=attorney), owner)
    assert is_open(client, url)
    attorney.groups.clear()
    assert not is_open(client, url)


def test_deleted_account_closes_the_feed(client, owner, attorney):
    url = address(CalendarFactory(user=attorney), owner)
    assert is_open(client, url)
    attorney.delete()
    assert not is_open(client, url)


def test_feed_does_not_follow_the_calendar_to_another_account(client, owner, attorney):
    calendar = CalendarFactory(user=attorney)
    url = address(calendar, owner)
    calendar.user = make_user("bo", permissions=("access_admin",))
    calendar_actions.save_calendar(calendar, by=owner)
    assert not is_open(client, url)
    assert is_open(client, address(calendar, owner))


def test_not_modified(client, owner):
    calendar = CalendarFactory()
    request = booked(owner, calendar)
    url = address(calendar, owner)
    etag = client.get(url)["ETag"]
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "private, no-store")
    cancel(request.pk, reason="x", by=owner)
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_other_methods(client, owner):
    url = address(CalendarFactory(), owner)
    assert client.head(url).status_code == 200
    assert client.post(url).status_code == 405


def test_outlives_the_keys(client, owner, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD_KEY]
    calendar = CalendarFactory()
    url = address(calendar, owner)
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, OLD_KEY]
    assert client.get(url).status_code == 200
    call_command("rotate_field_keys", verbosity=0)
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    assert client.get(url).status_code == 200


def test_queries_do_not_grow(client, owner, django_assert_max_num_queries):
    calendar, counts = CalendarFactory(), []
    url = address(calendar, owner)
    for number in (3, 9):
        while Appointment.objects.count() < number:
            booked(owner, calendar, noon(2) + timedelta(hours=Appointment.objects.count()), way=Way.PERSON)
        with django_assert_max_num_queries(6) as asked:
            assert len(events(client, url)) == number
        counts.append(len(asked))
    assert counts[0] == counts[1]
