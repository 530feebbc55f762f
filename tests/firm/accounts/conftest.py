"""Staff who sign in: accounts with passwords, with and without second factors."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth.hashers import make_password
from django.test import Client

from firm.accounts.sign_in_chain import CHAIN
from firm.models import AccountMail, SignInEvent, SignInKind
from tests import factories

PASSWORD = "tangerine-lantern-91-harbour"
LOGIN = "/admin/login/"
SECOND = "/admin/login/second-step/"
SECURITY = "/admin/account/signing-in/"
ENROL = SECURITY + "app/"


def staff(*, role="Editors", password=PASSWORD, **kwargs):
    """Make an account with a password."""
    role = None if kwargs.get("owner") else role
    return factories.UserFactory(role=role, password=make_password(password), **kwargs)


def with_app(user):
    """Give an account an authenticator app; return the factor. Its mail is taken as sent."""
    factor = TOTP.activate(user, generate_totp_secret()).instance
    AccountMail.objects.filter(user=user, kind="factor_added").delete()
    return factor


def codes_for(user) -> list[str]:
    """Give an account recovery codes and return them."""
    return RecoveryCodes.activate(user).generate_codes()


def code_of(user, *, after: int = 0) -> str:
    """Return the code that the account's app shows now, or ``after`` steps from now."""
    factor = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    return code_at(decrypt(factor.data["secret"]), after=after)


def code_at(key: str, *, after: int = 0) -> str:
    """Return the code of a key now, or ``after`` steps from now."""
    return format_hotp_value(hotp_value(key, int(time.time()) // 30 + after))


def setup_key(client) -> str:
    """Return the key that the set-up screen shows."""
    page = client.get(ENROL)
    return page.context["form"].secret


def give_password(client, user, password=PASSWORD, **extra):
    """Send name and password."""
    return client.post(LOGIN, {"username": user.get_username(), "password": password}, **extra)


def sign_in(user, client=None, **extra) -> Client:
    """Sign in completely and return the client."""
    client = client or Client(**extra)
    response = give_password(client, user)
    if response.headers.get("Location") == SECOND:
        response = client.post(SECOND, {"code": code_of(user)})
    assert response.status_code == 302, response.content
    assert client.get("/admin/account/").status_code == 200
    return client


@pytest.fixture
def required(settings):
    """A second factor is required, as on a server."""
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def time_machine_at():
    """Return a function that moves the clock by minutes from when the test began."""
    import datetime

    import time_machine

    began, travellers = datetime.datetime.now(datetime.UTC), []

    def move(minutes: float):
        for traveller in travellers:
            traveller.stop()
        travellers[:] = [time_machine.travel(began + datetime.timedelta(minutes=minutes), tick=True)]
        travellers[0].start()

    yield move
    for traveller in travellers:
        traveller.stop()


@pytest.fixture
def hashes(monkeypatch):
    """Every computation of a password's hash, by algorithm."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    computed, encode = [], MD5PasswordHasher.encode

    def counted(self, password, salt):
        computed.append(self.algorithm)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return computed


def refused_at(at, **kwargs) -> SignInEvent:
    """Write a line of the sign-in log about a refusal at another time than now, as the site would have."""
    event = SignInEvent(kind=SignInKind.REFUSED, at=at, **kwargs)
    event.mac = CHAIN.mac.make(event)
    event.save(force_insert=True)
    return event
