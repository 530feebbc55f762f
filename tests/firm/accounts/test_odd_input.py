"""Whatever is sent to the login gets an answer of ours: an error beside the field, never one of the server."""

import pytest
from django.test import Client

from firm.models import Attempt
from tests.firm.accounts.conftest import ENROL, LOGIN, SECOND, SECURITY, give_password, staff, with_app

ODD = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ufffd",
    "\u202e",
    "𝒜" * 300,
    "x" * 5000,
    "'; DROP TABLE auth_user; --",
    "<script>",
    "\r\nX: y",
]
RESET = "/admin/password_reset/"


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ODD)
def test_the_login_and_the_reset(odd):
    for number, data in enumerate(({"username": odd, "password": "x"}, {"username": "x", "password": odd})):
        response = Client(REMOTE_ADDR=f"198.51.{number}.1").post(LOGIN, {**data, "next": odd})
        assert response.status_code == 200
        assert b"<script>alert" not in response.content
    assert Client().post(RESET, {"email": odd}).status_code == 200
    assert Client().get(LOGIN, {"next": odd}).status_code == 200
    assert Client().get("/_util/login/", {"next": odd}).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ODD)
def test_setting_up(required, odd):
    user, client = staff(), Client()
    give_password(client, user)
    client.post(LOGIN, {"username": user.username, "password": "tangerine-lantern-91-harbour", "next": odd})
    for path, field in ((ENROL, "code"), (SECURITY + "passkey/", "credential"), (SECURITY + "passkey/", "name")):
        assert client.post(path, {field: odd}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ODD)
def test_the_second_step(odd):
    user, client = staff(), Client()
    with_app(user)
    given = {"username": user.username, "password": "tangerine-lantern-91-harbour", "next": odd}
    assert client.post(LOGIN, given)["Location"] == SECOND
    for field in ("code", "credential"):
        assert client.post(SECOND, {field: odd}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["", "not an address", "203.0.113.9, 10.0.0.1", "::", "fe80::1%eth0"])
def test_a_sender_of_any_address_is_counted_by_account(address):
    user = staff()
    answers = [
        Client(REMOTE_ADDR=address).post(LOGIN, {"username": user.username, "password": "x" * 15}).status_code
        for _ in range(8)
    ]
    assert answers == [200] * 6 + [429] * 2
    assert Attempt.objects.count() in {6, 12}


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "é", "x" * 4000])
def test_an_odd_cookie_is_no_device(cookie):
    user, client = staff(), Client()
    client.cookies["device"] = cookie
    client.cookies["sessionid"] = cookie
    assert give_password(client, user).status_code == 302
