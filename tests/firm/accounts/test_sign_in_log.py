"""The trail of signing in: what it tells, and that nobody changes it, not even by SQL."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from firm.accounts import sign_in_log
from firm.models import SignInEvent, SignInKind
from tests.firm.accounts.conftest import give_password, refused_at, staff

pytestmark = pytest.mark.django_db
TABLE = SignInEvent._meta.db_table


def line(days=0, **kwargs) -> SignInEvent:
    return refused_at(timezone.now() - datetime.timedelta(days=days), **kwargs)


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


STATEMENTS = [
    "UPDATE {} SET kind = 'signed_in'",
    "UPDATE {} SET account_id = 7",
    "UPDATE {} SET at = '2020-01-01 00:00:00'",
    "DELETE FROM {}",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_to_change_a_line(statement):
    before = SignInEvent.objects.filter(pk=line(days=398).pk).values().get()
    with pytest.raises(IntegrityError, match="cannot be changed"):
        run(statement.format(TABLE))
    assert SignInEvent.objects.values().get() == before


@pytest.mark.parametrize("statement", STATEMENTS[:3])
def test_an_old_line_goes_but_does_not_change(statement):
    line(days=401)
    with pytest.raises(IntegrityError, match="cannot be changed"):
        run(statement.format(TABLE))


def test_the_whole_table_is_not_emptied_at_once():
    if connection.vendor == "postgresql":
        line(days=401)
        with pytest.raises(IntegrityError, match="cannot be changed"):
            run(f"TRUNCATE {TABLE}")
    line(days=1)
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        SignInEvent.objects.all().delete()
    assert SignInEvent.objects.count() == 1 + (connection.vendor == "postgresql")


def test_lines_are_kept_for_longer_than_the_database_guards_them():
    assert datetime.timedelta(days=399) < sign_in_log.RETENTION


def test_who_is_held_up_is_told_once_in_a_while(time_machine_at):
    user = staff()
    for minute in range(3):
        time_machine_at(minute / 60)
        for _ in range(9):
            give_password(Client(REMOTE_ADDR="203.0.113.5"), user, "wrong-wrong-wrong")
    lines = SignInEvent.objects.filter(kind=SignInKind.HELD_UP)
    assert list(lines.values_list("account_id", "network")) == [(user.pk, "203.0.113.0/24")]
    time_machine_at(20)
    for _ in range(9):
        give_password(Client(REMOTE_ADDR="203.0.113.5"), user, "wrong-wrong-wrong")
    assert lines.count() == 2


def test_a_name_that_is_no_account_is_not_kept_when_it_is_held_up():
    for _ in range(9):
        Client().post("/admin/login/", {"username": "my-secret", "password": "wrong-wrong-wrong"})
    held_up = SignInEvent.objects.filter(kind=SignInKind.HELD_UP)
    assert [one.account_id for one in held_up] == [None]
    assert "my-secret" not in str(list(SignInEvent.objects.values()))
