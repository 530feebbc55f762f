"""How long one is signed in, where, and what ends it at once."""

import datetime

import pytest
from allauth.usersessions.models import UserSession
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from firm import schedule_entries
from firm.accounts.sign_in_chain import CHAIN
from firm.models import SignInEvent
from firm.schedule import _entries
from tests.firm.accounts.conftest import LOGIN, SECURITY, give_password, refused_at, sign_in, staff

SESSIONS = SECURITY + "sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1"
)


def is_out(client) -> bool:
    response = client.get("/admin/")
    return response.status_code == 302 and response["Location"].startswith(LOGIN)


def test_it_ends_after_an_hour_without_use(home, time_machine_at):
    client = sign_in(staff())
    time_machine_at(59)
    assert not is_out(client)
    time_machine_at(118)
    assert not is_out(client)
    time_machine_at(179)
    assert is_out(client)
    assert not UserSession.objects.exists()


def test_it_ends_after_twelve_hours_in_any_case(home, time_machine_at):
    client = sign_in(staff())
    for minute in range(0, 12 * 60, 45):
        time_machine_at(minute)
        assert not is_out(client), minute
    time_machine_at(12 * 60 + 1)
    assert is_out(client)


def test_what_an_open_page_asks_by_itself_does_not_keep_it(home, time_machine_at):
    client = sign_in(staff())
    for minute in range(5, 60, 5):
        time_machine_at(minute)
        client.get("/admin/editing-sessions/ping/")
    time_machine_at(61)
    assert is_out(client)


def test_the_limits_are_settings(home, settings, time_machine_at):
    settings.STAFF_IDLE_LIMIT = datetime.timedelta(minutes=5)
    client = sign_in(staff())
    time_machine_at(6)
    assert is_out(client)


def test_ones_sessions_are_listed_in_plain_words(home):
    user = staff()
    sign_in(user, HTTP_USER_AGENT=IPHONE, REMOTE_ADDR="2001:db8:1:2:3:4:5:6")
    client = sign_in(user, HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.77")
    sign_in(staff(), HTTP_USER_AGENT="curl/8")
    page = client.get(SESSIONS).content.decode()
    for words in ("Firefox on Windows", "Safari on iPhone", "203.0.113.0/24", "2001:db8:1:2::/64", "(this one)"):
        assert page.count(words) == 1, words
    assert "203.0.113.77" not in page
    assert "A browser" not in page
    assert "203.0.113.77" not in str(list(UserSession.objects.values()))


def test_signing_out_elsewhere_ends_the_others_at_once(home):
    user = staff()
    here, there, other = sign_in(user), sign_in(user), sign_in(staff())
    assert here.post(SESSIONS)["Location"] == SESSIONS
    assert is_out(there)
    assert not is_out(here)
    assert not is_out(other)
    assert SignInEvent.objects.filter(kind="signed_out_elsewhere").count() == 1


def test_signing_out_ends_it_for_whoever_has_a_copy_of_the_cookie(home):
    client = sign_in(staff())
    copy = Client()
    copy.cookies["sessionid"] = client.cookies["sessionid"].value
    assert not is_out(copy)
    client.post("/admin/logout/")
    assert is_out(copy)
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("change", ["inactive", "password", "deleted", "session row"])
def test_it_ends_at_once(home, change):
    user = staff()
    client = sign_in(user)
    if change == "inactive":
        user.is_active = False
        user.save()
    elif change == "password":
        user.set_password("another-lantern-of-91-harbours")
        user.save()
    elif change == "deleted":
        user.delete()
    else:
        UserSession.objects.all().delete()
    assert is_out(client)
    assert client.get("/admin/account/")["Location"].startswith(LOGIN)


def test_a_change_of_role_counts_from_the_next_request(home):
    user = staff(role="Publishers")
    client = sign_in(user)
    settings_page = "/admin/settings/firm/firmsettings/"
    assert client.get(settings_page, follow=True).status_code == 200
    user.groups.set([Group.objects.get(name="Editors")])
    assert client.get(settings_page)["Location"] == "/admin/"
    user.groups.clear()
    assert is_out(client)


def test_an_owner_who_is_none_any_more_sees_nothing_of_owners(home):
    user = staff(owner=True)
    client = sign_in(user)
    assert client.get("/admin/users/").status_code == 200
    user.is_superuser = False
    user.save()
    user.groups.set([Group.objects.get(name="Editors")])
    assert client.get("/admin/users/")["Location"] == "/admin/"


def test_changing_ones_password_keeps_this_session_and_ends_the_others(home):
    user = staff()
    here, there = sign_in(user), sign_in(user)
    drawn = BeautifulSoup(here.get("/admin/account/").content, "html.parser").find("form", enctype=True)
    data = {field["name"]: field.get("value", "") for field in drawn.find_all("input", attrs={"name": True})}
    for field in drawn.find_all("select"):
        chosen = field.find("option", selected=True) or field.find("option")
        data[field["name"]] = chosen.get("value", "")
    data["name_email-first_name"] = data["name_email-last_name"] = "Ann"
    data["password-old_password"] = "tangerine-lantern-91-harbour"
    data["password-new_password1"] = data["password-new_password2"] = "quiet-otter-and-17-kites"
    assert here.post("/admin/account/", data).status_code == 302
    user.refresh_from_db()
    assert user.check_password("quiet-otter-and-17-kites")
    assert not is_out(here)
    assert is_out(there)


def test_where_a_second_step_comes_to_be_required_those_without_are_shown_out(home, settings):
    client = sign_in(staff())
    settings.REQUIRE_SECOND_FACTOR = True
    assert is_out(client)


@pytest.mark.django_db
def test_the_password_begins_no_row():
    give_password(Client(), staff(), "wrong-wrong-wrong")
    assert not UserSession.objects.exists()


@pytest.mark.django_db
def test_the_worker_clears_away_what_has_ended(home):
    now = timezone.now()
    user = staff()
    for began, seen in ((0, 0), (0, 61), (13 * 60, 1)):
        UserSession.objects.create(
            user=user,
            session_key=f"{began}-{seen}",
            ip="203.0.113.0",
            created_at=now - datetime.timedelta(minutes=began),
            last_seen_at=now - datetime.timedelta(minutes=seen),
        )
    Session.objects.create(session_key="old", session_data="", expire_date=now - datetime.timedelta(days=1))
    refused_at(now - datetime.timedelta(days=401))
    CHAIN.record(CHAIN.verify().settled)  # as every night: what is not verified is not deleted
    schedule_entries.forget()
    assert UserSession.objects.count() == 1
    assert not Session.objects.filter(session_key="old").exists()
    assert not SignInEvent.objects.exists()
    assert {"delete ended sessions", "send account e-mails"} <= set(_entries)


def test_a_page_of_the_site_asks_nothing_about_visitors(home):
    client = Client()
    assert "Set-Cookie" not in client.get("/").headers
    assert not Session.objects.exists()
    client.get(LOGIN)
    assert not Session.objects.exists()
