"""After the password alone, nothing of the staff's side is reached but the second step, or setting one up."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.views import LoginView
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve
from django.views.generic import RedirectView

from firm.accounts import views
from firm.models import SignInEvent
from tests.firm.accounts.conftest import (
    ENROL,
    LOGIN,
    SECOND,
    SECURITY,
    code_at,
    code_of,
    give_password,
    setup_key,
    sign_in,
    staff,
    with_app,
)

#: Addresses of the staff's side that are there for everybody.
OPEN = re.compile(r"^/admin/(login/|password_reset/|sprite/$|jsi18n/$)")


#: What a password alone opens, while there is no second step yet: where one is set up.
SET_UP = {ENROL, SECURITY + "passkey/"}


def patterns(resolver=None, prefix="/"):
    """Yield every address of the site with its view, arguments replaced by ones."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield re.sub(r"<(?:\w+:)?\w+>", "1", route).replace("\\", "").rstrip("$"), entry.callback


def addresses() -> list[str]:
    """Every address of the staff's side that asks who is there, and those of documents and footnotes."""
    found = {path for path, _ in patterns() if path.startswith("/admin/") and not set("()[]*?+^|") & set(path)}
    return sorted(path for path in found if not OPEN.match(path))


def test_the_list_of_addresses_is_long():
    assert len(addresses()) > 150
    assert {"/admin/", "/admin/account/", "/admin/consultations/", "/admin/account/signing-in/"} <= set(addresses())


def is_shut(response) -> bool:
    """True for an answer that shows nothing and leads to the login."""
    if response.status_code in {403, 404, 405}:
        return b"wagtail-sidebar" not in response.content
    return response.status_code == 302 and response["Location"].startswith(LOGIN)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("state", ["nobody", "password alone", "password alone, nothing set up", "a foreign session"])
def test_every_address_is_shut(home, required, state, method):
    client, owner = Client(), staff(owner=True)
    if state == "password alone":
        with_app(owner)
    if state.startswith("password"):
        assert give_password(client, owner)["Location"] in {SECOND, ENROL}
    if state == "a foreign session":  # signed in by other code than the login's
        client.force_login(owner)
    opened = []
    for path in addresses():
        if state == "password alone, nothing set up" and path in SET_UP:
            continue
        ajax = {"X-Requested-With": "XMLHttpRequest"}
        for headers in ({}, ajax):
            if not is_shut(getattr(client, method)(path, headers=headers)):
                opened.append((path, headers))
        if state == "a foreign session":
            client.force_login(owner)
    assert opened == []


def test_no_other_view_signs_anybody_in():
    logins = [path for path, view in patterns() if issubclass(getattr(view, "view_class", object), LoginView)]
    assert {LOGIN, "/_util/login/"} <= set(logins)
    answering = {path: resolve(path).func for path in logins}
    assert {getattr(view, "view_class", view) for view in answering.values()} == {views.LoginView, RedirectView}


@pytest.mark.parametrize(
    "path", ["/_util/login/", "/_util/login/?next=/private/", "/_util/login/?next=//evil.example/"]
)
def test_the_login_of_private_pages_leads_to_the_only_one(home, path):
    user, client = staff(), Client()
    assert client.get(path)["Location"].startswith(LOGIN)
    response = client.post(path, {"username": user.username, "password": "tangerine-lantern-91-harbour"})
    assert response["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/2fa/", "/accounts/signup/", "/admin/signup/"])
def test_there_is_no_other_login(home, path):
    response = Client().get(path)
    assert response.status_code == 404 or response["Location"].startswith(LOGIN)


@pytest.mark.django_db
def test_the_password_alone_signs_nobody_in(required):
    user, client = staff(), Client()
    with_app(user)
    give_password(client, user)
    assert "_auth_user_id" not in client.session
    assert "tangerine" not in str(dict(client.session))


@pytest.mark.django_db
def test_who_has_a_second_step_is_asked_even_where_none_is_required():
    user, client = staff(), Client()
    with_app(user)
    assert give_password(client, user)["Location"] == SECOND
    assert client.get("/admin/")["Location"].startswith(LOGIN)


def test_who_has_none_comes_in_where_none_is_required(home):
    client = sign_in(staff())
    assert client.get("/admin/").status_code == 200


def test_who_has_none_sets_one_up_before_anything_else(home, required):
    user, client = staff(), Client()
    assert give_password(client, user)["Location"] == ENROL
    assert client.get(SECOND)["Location"].startswith(LOGIN)
    assert client.get("/admin/")["Location"].startswith(LOGIN)
    assert client.get(LOGIN)["Location"] == ENROL
    key = setup_key(client)
    assert b"not right" in client.post(ENROL, {"code": "000000"}).content
    assert client.get("/admin/")["Location"].startswith(LOGIN)
    assert not Authenticator.objects.exists()
    answer = client.post(ENROL, {"code": code_at(key)})
    assert answer["Location"] == SECURITY + "codes/"
    codes = client.get(answer["Location"]).content
    assert len(re.findall(rb"<code>(?:\d{4} ){5}\d{4}</code>", codes)) == 10
    assert b"<code>" not in client.get(answer["Location"]).content
    assert client.get("/admin/").status_code == 200
    assert {"factor_added", "codes_made", "signed_in"} <= set(SignInEvent.objects.values_list("kind", flat=True))


@pytest.mark.django_db
def test_the_code_that_set_it_up_is_taken_no_second_time(home, required):
    user, client = staff(), Client()
    give_password(client, user)
    code = code_at(setup_key(client))
    assert client.post(ENROL, {"code": code}).status_code == 302
    other = Client()
    assert give_password(other, user)["Location"] == SECOND
    assert other.post(SECOND, {"code": code}).status_code == 200
    assert other.get("/admin/")["Location"].startswith(LOGIN)


@pytest.mark.django_db
def test_setting_up_is_closed_to_whoever_has_one(required):
    """Else the password alone would put another app in the place of the first."""
    user, client, earlier = staff(), Client(), Client()
    assert give_password(earlier, user)["Location"] == ENROL
    key = setup_key(earlier)
    with_app(user)
    give_password(client, user)
    for one in (client, earlier):
        for path in SET_UP:
            for method in (one.get, one.post):
                assert method(path, {"code": code_at(key)})["Location"].startswith(LOGIN), path
    assert Authenticator.objects.filter(user=user).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", [SECOND, *sorted(SET_UP)])
def test_without_a_password_there_is_no_second_step(path):
    for method in (Client().get, Client().post):
        assert method(path)["Location"].startswith(LOGIN)


@pytest.mark.django_db
def test_the_second_step_waits_a_quarter_of_an_hour(required, time_machine_at):
    user, client = staff(), Client()
    with_app(user)
    give_password(client, user)
    time_machine_at(16)
    assert client.post(SECOND, {"code": code_of(user)})["Location"] == LOGIN


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["inactive", "password", "deleted"])
def test_the_second_step_ends_with_what_the_first_stood_on(required, change):
    user, client = staff(), Client()
    with_app(user)
    give_password(client, user)
    code = code_of(user)
    if change == "inactive":
        user.is_active = False
        user.save()
    elif change == "password":
        user.set_password("another-lantern-of-91-harbours")
        user.save()
    else:
        user.delete()
    assert client.post(SECOND, {"code": code})["Location"] == LOGIN


def test_the_keys_of_the_session_change_at_each_step(home, required):
    user, client = staff(), Client()
    with_app(user)
    client.cookies["sessionid"] = "chosen0by0somebody0else0000000000"
    give_password(client, user)
    between = client.cookies["sessionid"].value
    assert between != "chosen0by0somebody0else0000000000"
    client.post(SECOND, {"code": code_of(user)})
    assert client.cookies["sessionid"].value != between
    assert Client(headers={"Cookie": f"sessionid={between}"}).get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "given", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_led_away(home, required, given):
    user, client = staff(), Client()
    with_app(user)
    client.post(LOGIN, {"username": user.username, "password": "tangerine-lantern-91-harbour", "next": given})
    assert client.post(SECOND, {"code": code_of(user)})["Location"] == "/admin/"


def test_one_is_led_to_where_one_was_going(home, required):
    user, client = staff(), Client()
    with_app(user)
    given = {"username": user.username, "password": "tangerine-lantern-91-harbour", "next": "/admin/pages/"}
    client.post(LOGIN, given)
    assert client.post(SECOND, {"code": code_of(user)})["Location"] == "/admin/pages/"
