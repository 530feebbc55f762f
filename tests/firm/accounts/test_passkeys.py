"""Passkeys: as the second step, instead of a password, and all that must not pass for one."""

import json

import pytest
from allauth.mfa.models import Authenticator as Factor
from django.test import Client

from firm.accounts.factors import factors_of
from firm.models import SignInEvent
from tests.firm.accounts.authenticator import PRESENT, Authenticator
from tests.firm.accounts.conftest import LOGIN, SECOND, SECURITY, code_of, give_password, sign_in, staff, with_app

PASSKEY, ADD = "/admin/login/passkey/", SECURITY + "passkey/"


@pytest.fixture(autouse=True)
def named_host(settings):
    """Browsers make passkeys over HTTPS, or at ``localhost``; so does fido2."""
    settings.ALLOWED_HOSTS = ["localhost", "testserver", "127.0.0.1"]


def window(**extra) -> Client:
    return Client(SERVER_NAME="localhost", **extra)


def plain(options) -> dict:
    """Options as the page carries them."""
    return json.loads(json.dumps(options))


def make(client, device, **data):
    """Make a passkey on one's own page."""
    options = plain(client.get(ADD).context["js_data"]["creation_options"])
    return client.post(ADD, {"credential": device.make(options), "name": "Laptop", **data})


def enrolled(user, **kwargs) -> Authenticator:
    """Give an account a passkey on its own page."""
    device, client = Authenticator(**kwargs), sign_in(user, window())
    assert make(client, device).status_code == 302
    client.post("/admin/logout/")
    return device


def asked(client) -> dict:
    """What the login asks a passkey for."""
    return client.get(PASSKEY, headers={"Accept": "application/json"}).json()["request_options"]


def show(client, device, **data):
    """Show the passkey instead of name and password."""
    return client.post(PASSKEY, {"credential": device.show(asked(client)), **data})


def show_second(client, device):
    """Show the passkey after the password."""
    context = client.get(SECOND).context
    options = plain(context["js_data"]["request_options"]) if context else asked(client)
    return client.post(SECOND, {"credential": device.show(options)})


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_it_is_the_first_second_step(home, required):
    user, client, device = staff(), window(), Authenticator()
    give_password(client, user)
    options = client.get(ADD).context["js_data"]["creation_options"]["publicKey"]
    assert options["rp"]["id"] == "localhost"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert make(client, device)["Location"] == SECURITY + "codes/"
    assert client.get(SECURITY + "codes/").content.decode().count("<li><code>") == 10
    assert client.get("/admin/").status_code == 200


def test_it_is_the_second_step(home, settings):
    user = staff()
    device = enrolled(user)
    settings.REQUIRE_SECOND_FACTOR = True
    client = window()
    assert give_password(client, user)["Location"] == SECOND
    assert 'data-passkey="ask"' in client.get(SECOND).content.decode()
    assert show_second(client, device)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert SignInEvent.objects.order_by("-pk").values_list("kind", "method").first() == ("signed_in", "passkey")


def test_it_stands_for_name_and_password(home, settings):
    user = staff()
    device = enrolled(user)
    settings.REQUIRE_SECOND_FACTOR = True
    client = window()
    options = asked(client)["publicKey"]
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
    client = window()
    assert show(client, device).status_code == 302
    assert is_in(client)


@pytest.mark.django_db
def test_an_answer_is_taken_once_and_in_its_own_session():
    user = staff()
    device = enrolled(user)
    client, thief = window(), window()
    answer = device.show(asked(client))
    asked(thief)
    thief.post(PASSKEY, {"credential": answer})
    assert not is_in(thief)
    client.post(PASSKEY, {"credential": answer})
    assert is_in(client)
    client.post("/admin/logout/")
    client.post(PASSKEY, {"credential": answer})
    assert not is_in(client)


def without_verification(device):
    device.flags = PRESENT


def at_another_origin(device):
    device.origin = "http://localhost.evil.example"


def for_another_host(device):
    device.host = "evil.example"


def with_another_key(device):
    device.key = Authenticator().key


def with_another_id(device):
    device.credential_id = b"0" * 32


SPOILT = [without_verification, at_another_origin, for_another_host, with_another_key, with_another_id]


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize("after_password", [True, False])
def test_what_is_not_quite_right_opens_nothing(spoil, after_password):
    user = staff()
    device = enrolled(user)
    assert show(window(), device).status_code == 302
    spoil(device)
    client = window()
    if after_password:
        give_password(client, user)
        show_second(client, device)
    else:
        assert show(client, device)["Location"] == LOGIN
        assert "was not recognised" in client.get(LOGIN).content.decode()
    assert not is_in(client)
    assert SignInEvent.objects.filter(kind="code_refused", method="passkey").count() == 1


@pytest.mark.django_db
def test_a_handle_of_another_account_opens_neither():
    user, other = staff(), staff()
    device, theirs = enrolled(user), enrolled(other)
    device.handle = theirs.handle
    client = window()
    show(client, device)
    assert not is_in(client)


@pytest.mark.django_db
def test_the_passkey_of_another_is_no_second_step():
    user, other = staff(), staff()
    enrolled(user)
    device = enrolled(other)
    client = window()
    give_password(client, user)
    assert show_second(client, device).status_code == 200
    assert not is_in(client)


@pytest.mark.django_db
def test_that_of_an_inactive_account_opens_nothing():
    user = staff()
    device = enrolled(user)
    user.is_active = False
    user.save()
    client = window()
    assert show(client, device)["Location"] == LOGIN
    assert not is_in(client)


ODD = ["", "{}", "[]", "null", "1", "{", '{"id": 1}', '{"id":"a","rawId":"a","response":{}}', "x" * 30_000, "[" * 9000]


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ODD)
def test_odd_answers_are_refused(answer):
    user, client = staff(), window()
    device = enrolled(user)
    asked(client)
    assert client.post(PASSKEY, {"credential": answer})["Location"] == LOGIN
    inside = sign_in(staff(), window())
    inside.get(ADD)
    assert inside.post(ADD, {"credential": answer}).status_code == 200
    assert show(window(REMOTE_ADDR="198.51.100.1"), device).status_code == 302
    assert Factor.objects.filter(type="webauthn").count() == 1


@pytest.mark.django_db
def test_a_field_of_the_answer_may_be_anything():
    """Every part replaced by other kinds of value: refused, never an error of ours."""
    user = staff()
    device = enrolled(user)
    for number, part in enumerate(("clientDataJSON", "authenticatorData", "signature", "userHandle", "id", "rawId")):
        for odd in ("", "!", "AAAA", 5, None, [], {}, "e30", "ZmFsc2U"):
            client = window(REMOTE_ADDR=f"198.51.{number}.1")
            answer = json.loads(device.show(asked(client)))
            (answer if part in answer else answer["response"])[part] = odd
            assert client.post(PASSKEY, {"credential": json.dumps(answer)}).status_code in {302, 429}
            assert not is_in(client) or part == "id", (part, odd)


@pytest.mark.django_db
def test_guessing_is_slowed_down():
    client = window()
    asked(client)
    statuses = [client.post(PASSKEY, {"credential": '{"id": "x"}'}).status_code for _ in range(9)]
    assert statuses == [302] * 6 + [429] * 3


def test_making_one_needs_the_challenge_of_this_session(home):
    client, device = sign_in(staff(), window()), Authenticator()
    other = sign_in(staff(), window())
    answer = device.make(plain(other.get(ADD).context["js_data"]["creation_options"]))
    assert client.post(ADD, {"credential": answer}).status_code == 200
    client.get(ADD)
    assert client.post(ADD, {"credential": answer}).status_code == 200
    assert not Factor.objects.exists()


def test_one_without_recognising_its_owner_is_not_made(home):
    user, device = staff(), Authenticator()
    device.flags = PRESENT
    client = sign_in(user, window())
    assert make(client, device).status_code == 200
    assert not factors_of(user).exists()


@pytest.mark.parametrize("host", ["localhost", "testserver"])
def test_the_login_offers_it_to_the_script(home, host):
    page = Client(headers={"Host": host}).get(LOGIN).content.decode()
    assert f'data-options-url="{PASSKEY}" hidden' in page


def test_an_app_beside_it_is_asked_for_as_well(home):
    user = staff()
    enrolled(user)
    with_app(user)
    client = window()
    give_password(client, user)
    page = client.get(SECOND).content.decode()
    assert 'data-passkey="ask"' in page
    assert 'autocomplete="one-time-code"' in page
    assert client.post(SECOND, {"code": code_of(user)}).status_code == 302
