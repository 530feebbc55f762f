"""Passkeys: as the second step, instead of a password, and all that must not pass for one."""

import json

import pytest
from django.db import connection
from django.test import Client

from firm.accounts.second_factors import factors_of
from firm.models import SecondFactor, SignInEvent
from tests.firm.accounts.authenticator import PRESENT, Authenticator
from tests.firm.accounts.conftest import ENROL, LOGIN, SECOND, code_of, give_password, sign_in, staff, with_app

PASSKEY, ADD = "/admin/login/passkey/", "/admin/account/signing-in/passkey/"


def enrolled(user, **kwargs) -> Authenticator:
    """Give an account a passkey by its first login."""
    device, client = Authenticator(**kwargs), Client()
    client = sign_in(user, client)
    response = client.post(ADD, {"answer": device.make(client.post(ADD + "options/").json()), "name": "Laptop"})
    assert response.status_code in {200, 302}
    client.post("/admin/logout/")
    return device


def show(client, device, **data):
    """Show the passkey."""
    return client.post(PASSKEY, {"answer": device.show(client.post(PASSKEY + "options/").json()), **data})


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_it_is_the_first_second_step(home, required):
    user, client, device = staff(), Client(), Authenticator()
    give_password(client, user)
    options = client.post(ENROL + "passkey/options/").json()["publicKey"]
    assert options["rp"]["id"] == "testserver"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert user.username not in options["user"]["id"]
    response = client.post(ENROL + "passkey/", {"answer": device.make({"publicKey": options})})
    assert response.status_code == 200
    assert response.content.decode().count("<li><code>") == 10
    assert client.get("/admin/").status_code == 200


def test_it_is_the_second_step(home, required, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    user = staff()
    device = enrolled(user)
    settings.REQUIRE_SECOND_FACTOR = True
    client = Client()
    assert give_password(client, user)["Location"] == SECOND
    page = client.get(SECOND).content.decode()
    assert 'data-passkey="ask"' in page
    assert 'autocomplete="one-time-code"' not in page
    assert show(client, device)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert SignInEvent.objects.order_by("-pk").values_list("kind", "method").first() == ("signed_in", "passkey")


def test_it_stands_for_name_and_password(home, settings):
    user = staff()
    device = enrolled(user)
    settings.REQUIRE_SECOND_FACTOR = True
    client = Client()
    options = client.post(PASSKEY + "options/").json()["publicKey"]
    assert not options.get("allowCredentials")
    assert options["userVerification"] == "required"
    assert show(client, device, next="/admin/pages/")["Location"] == "/admin/pages/"
    assert client.get("/admin/").status_code == 200
    client.post("/admin/logout/")
    assert show(client, device, next="//evil.example/")["Location"] == "/admin/"


@pytest.mark.django_db
def test_strangers_attempts_at_the_password_do_not_hold_it_up():
    user = staff(owner=True)
    device = enrolled(user)
    for _ in range(8):
        give_password(Client(), user, "wrong-wrong-wrong")
    client = Client()
    assert show(client, device).status_code == 302
    assert is_in(client)


@pytest.mark.django_db
def test_an_answer_is_taken_once():
    user = staff()
    device = enrolled(user)
    client, thief = Client(), Client()
    answer = device.show(client.post(PASSKEY + "options/").json())
    thief.post(PASSKEY + "options/")
    assert thief.post(PASSKEY, {"answer": answer}).status_code == 422
    assert client.post(PASSKEY, {"answer": answer}).status_code == 302
    client.post("/admin/logout/")
    assert client.post(PASSKEY, {"answer": answer}).status_code == 422
    assert not is_in(client)
    assert not is_in(thief)


def without_verification(device):
    device.flags = PRESENT


def at_another_origin(device):
    device.origin = "http://testserver.evil.example"


def at_another_port(device):
    device.origin = "http://testserver:8443"


def over_tls_only(device):
    device.origin = "https://testserver"


def for_another_host(device):
    device.host = "evil.example"


def with_another_key(device):
    device.key = Authenticator().key


def with_another_id(device):
    device.credential_id = b"0" * 32


def for_another_account(device):
    device.handle = "AAAA"


def of_a_copy(device):
    device.counter = -1


SPOILT = [
    without_verification,
    at_another_origin,
    at_another_port,
    over_tls_only,
    for_another_host,
    with_another_key,
    with_another_id,
    for_another_account,
    of_a_copy,
]


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize("after_password", [True, False])
def test_what_is_not_quite_right_opens_nothing(spoil, after_password):
    user = staff()
    device = enrolled(user)
    assert show(Client(), device).status_code == 302
    spoil(device)
    client = Client()
    if after_password:
        give_password(client, user)
    assert show(client, device).status_code == 422
    assert not is_in(client)
    assert SignInEvent.objects.filter(kind="code_refused", method="passkey").count() == 1


@pytest.mark.django_db
def test_the_passkey_of_another_is_no_second_step():
    user, other = staff(), staff()
    with_app(user)
    device = enrolled(other)
    client = Client()
    give_password(client, user)
    assert show(client, device).status_code == 422
    assert not is_in(client)


@pytest.mark.django_db
def test_that_of_an_inactive_account_opens_nothing():
    user = staff()
    device = enrolled(user)
    user.is_active = False
    user.save()
    client = Client()
    assert show(client, device).status_code == 422
    assert not is_in(client)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "1", "{", '{"id": 1}', '{"id":"a","rawId":"a","response":{}}', "x" * 30_000]
)
def test_odd_answers_are_refused(answer):
    user, client = staff(), Client()
    device = enrolled(user)
    client.post(PASSKEY + "options/")
    assert client.post(PASSKEY, {"answer": answer}).status_code == 422
    inside = sign_in(staff())
    inside.post(ADD + "options/")
    assert inside.post(ADD, {"answer": answer}).status_code == 422
    assert show(Client(REMOTE_ADDR="198.51.100.1"), device).status_code == 302


@pytest.mark.django_db
def test_a_field_of_the_answer_may_be_anything():
    """Every part replaced by other kinds of value: refused, never an error of ours."""
    user = staff()
    device = enrolled(user)
    for number, part in enumerate(("clientDataJSON", "authenticatorData", "signature", "userHandle", "id", "rawId")):
        for odd in ("", "!", "AAAA", 5, None, [], {}, "e30", "ZmFsc2U"):
            client = Client(REMOTE_ADDR=f"198.51.{number}.1")
            answer = json.loads(device.show(client.post(PASSKEY + "options/").json()))
            (answer if part in answer else answer["response"])[part] = odd
            status = client.post(PASSKEY, {"answer": json.dumps(answer)}).status_code
            assert status in {422, 429} or (part in {"userHandle", "id"} and status == 302), (part, odd)


@pytest.mark.django_db
def test_guessing_is_slowed_down():
    client = Client()
    statuses = [client.post(PASSKEY, {"answer": "{}"}).status_code for _ in range(9)]
    assert statuses == [422] * 6 + [429] * 3


def test_making_one_needs_the_challenge_of_this_session(home):
    client, device = sign_in(staff()), Authenticator()
    other = sign_in(staff())
    answer = device.make(other.post(ADD + "options/").json())
    assert client.post(ADD, {"answer": answer}).status_code == 422
    client.post(ADD + "options/")
    assert client.post(ADD, {"answer": answer}).status_code == 422
    assert not SecondFactor.objects.exists()


def test_a_challenge_for_showing_makes_none(home):
    client, device = sign_in(staff()), Authenticator()
    device.make(client.post(ADD + "options/").json())
    options = client.post(PASSKEY + "options/").json()
    options["publicKey"]["user"] = {"id": "AAAA"}
    assert client.post(ADD, {"answer": device.make(options)}).status_code == 422


def test_one_passkey_belongs_to_one_account(home):
    user, other = staff(), staff()
    device = enrolled(user)
    client = sign_in(other)
    assert client.post(ADD, {"answer": device.make(client.post(ADD + "options/").json())}).status_code == 422
    assert not factors_of(other).exists()


@pytest.mark.django_db
def test_its_key_is_sealed():
    user = staff()
    enrolled(user)
    secret = factors_of(user).get().secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM firm_secondfactor")
        assert secret not in str(cursor.fetchall())


@pytest.mark.parametrize(("host", "are_offered"), [("127.0.0.1", False), ("localhost:80", True), ("testserver", True)])
def test_they_are_offered_where_browsers_can_make_them(home, host, are_offered):
    page = Client(headers={"Host": host}).get(LOGIN).content.decode()
    assert ("data-passkey" in page) is are_offered


def test_an_app_beside_it_is_asked_for_as_well(home):
    user = staff()
    enrolled(user)
    with_app(user)
    client = Client()
    give_password(client, user)
    page = client.get(SECOND).content.decode()
    assert 'data-passkey="ask"' in page
    assert 'autocomplete="one-time-code"' in page
    assert client.post(SECOND, {"code": code_of(user)}).status_code == 302
