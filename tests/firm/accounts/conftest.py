"""Staff at the door: accounts with passwords, with and without second factors."""

import time

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from firm.accounts import totp
from firm.accounts.second_factors import app_in_setup, factors_of
from firm.models import FactorKind, SecondFactor
from tests import factories

PASSWORD = "tangerine-lantern-91-harbour"
LOGIN = "/admin/login/"
SECOND = "/admin/login/second-step/"
ENROL = "/admin/login/set-up/"


def staff(*, role="Editors", password=PASSWORD, **kwargs):
    """Make an account with a password."""
    role = None if kwargs.get("owner") else role
    return factories.UserFactory(role=role, password=make_password(password), **kwargs)


def with_app(user):
    """Give an account an authenticator app; return the factor."""
    factor = app_in_setup(user)
    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at="2026-01-01T00:00Z")
    return SecondFactor.objects.get(pk=factor.pk)


def code_of(user, *, after: int = 0) -> str:
    """Return the code that the account's app shows now, or ``after`` steps from now."""
    factor = factors_of(user).get(kind=FactorKind.APP)
    return totp.code_at(factor.secret, int(time.time()) // totp.STEP + after)


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
