"""Nobody learns at the login whether there is an account: not by words, status, cookies or the work that is done."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firm.accounts.emails import send_waiting
from firm.models import AccountMail, SignInEvent
from tests.firm.accounts.conftest import LOGIN, PASSWORD, staff, with_app

ELSEWHERE = "198.51.100.1"
RESET = "/admin/password_reset/"
WHO = ["known", "unknown", "inactive", "unusable", "known with app"]


def name_of(who: str) -> str:
    if who == "unknown":
        return "nobody-of-that-name"
    password = None if who == "unusable" else PASSWORD
    user = staff(username="somebody", password=password, is_active=who != "inactive")
    if who == "known with app":
        with_app(user)
    return user.username


def seen(response, name: str) -> tuple:
    """What an observer can compare."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value=|"CSRF_TOKEN": )"\w+"', "", response.content.decode())
    return response.status_code, text.replace(name, "NAME"), sorted(response.cookies), response.get("Location")


@pytest.mark.django_db
@pytest.mark.parametrize("who", WHO)
def test_a_refusal_looks_the_same_and_costs_one_hash(who, hashes):
    name = name_of(who)
    hashes.clear()
    with CaptureQueriesContext(connection) as queries:
        refused = Client().post(LOGIN, {"username": name, "password": "not-the-right-one"})
    kinds = [query["sql"].split()[0] for query in queries]
    assert len(hashes) == 1
    hashes.clear()
    with CaptureQueriesContext(connection) as others:
        other = Client(REMOTE_ADDR=ELSEWHERE).post(
            LOGIN, {"username": "another-nobody", "password": "not-the-right-one"}
        )
    assert len(hashes) == 1
    assert seen(refused, name) == seen(other, "another-nobody")
    assert kinds == [query["sql"].split()[0] for query in others]
    assert refused.status_code == 200


@pytest.mark.django_db
def test_the_right_password_of_an_inactive_account_is_refused_like_a_wrong_one():
    user = staff(username="somebody", is_active=False)
    right = Client().post(LOGIN, {"username": user.username, "password": PASSWORD})
    wrong = Client().post(LOGIN, {"username": "nobody-at-all", "password": PASSWORD})
    assert seen(right, "somebody") == seen(wrong, "nobody-at-all")


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["known", "unknown"])
def test_the_throttle_treats_unknown_names_like_others(who):
    name, client = name_of(who), Client()
    answers = [client.post(LOGIN, {"username": name, "password": "x" * 15}).status_code for _ in range(8)]
    assert answers == [200] * 6 + [429] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("who", WHO)
def test_the_reset_answers_the_same_and_does_the_same_work(who, hashes):
    name = name_of(who)
    hashes.clear()
    with CaptureQueriesContext(connection) as queries:
        response = Client().post(RESET, {"email": f"{name}@example.com"})
    with CaptureQueriesContext(connection) as others:
        other = Client(REMOTE_ADDR=ELSEWHERE).post(RESET, {"email": "really-nobody@example.com"})
    assert seen(response, "") == seen(other, "")
    assert response.status_code == 302
    assert [query["sql"].split()[0] for query in queries] == [query["sql"].split()[0] for query in others]
    assert not [query for query in queries if "auth_user" in query["sql"]]
    assert (mail.outbox, hashes) == ([], [])


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "sent"), [("known", 1), ("unknown", 0), ("inactive", 0), ("unusable", 0)])
def test_the_worker_writes_to_whom_there_is(who, sent):
    Client().post(RESET, {"email": f"{name_of(who)}@example.com".upper()})
    assert send_waiting() == sent == len(mail.outbox)
    assert not AccountMail.objects.exists()
    assert all(message.to == ["somebody@example.com"] for message in mail.outbox)


@pytest.mark.django_db
def test_who_may_not_enter_the_admin_gets_no_link():
    staff(role=None, username="somebody")
    Client().post(RESET, {"email": "somebody@example.com"})
    assert send_waiting() == 0


@pytest.mark.django_db
def test_the_address_waits_sealed():
    Client().post(RESET, {"email": "margaret@example.com"})
    [row] = AccountMail.objects.values()
    assert "margaret" not in str(row)
    assert AccountMail.objects.get().address == "margaret@example.com"


@pytest.mark.django_db
def test_more_resets_than_a_few_are_passed_over_in_silence():
    answers = {Client().post(RESET, {"email": "margaret@example.com"}).status_code for _ in range(12)}
    assert answers == {302}
    assert AccountMail.objects.count() == 4


@pytest.mark.django_db
def test_the_link_leads_to_the_sites_own_address(settings):
    settings.ALLOWED_HOSTS = ["*"]
    staff(username="somebody")
    Client().post(RESET, {"email": "somebody@example.com"}, headers={"Host": "evil.example"})
    send_waiting()
    assert "http://testserver/admin/password_reset/confirm/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


@pytest.mark.django_db
def test_the_trail_holds_no_name_that_is_unknown_and_no_password():
    user = staff(username="somebody")
    Client().post(LOGIN, {"username": "my-password-by-mistake", "password": "secret-of-mine-15"})
    Client().post(LOGIN, {"username": user.username, "password": "secret-of-mine-15"})
    lines = list(SignInEvent.objects.order_by("pk").values("kind", "account_id", "network"))
    assert [(line["kind"], line["account_id"]) for line in lines] == [("refused", None), ("refused", user.pk)]
    assert "mistake" not in str(list(SignInEvent.objects.values()))
    assert lines[0]["network"] == "127.0.0.0/24"


@pytest.mark.django_db
def test_a_mail_that_fails_is_tried_again_and_then_given_up(monkeypatch, time_machine_at):
    from firm.accounts import emails

    staff(username="somebody")
    Client().post(RESET, {"email": "somebody@example.com"})

    def refuse(*args):
        raise OSError("no server at somebody@example.com")

    with monkeypatch.context() as patch:
        patch.setattr(emails, "send_mail", refuse)
        assert send_waiting() == 0
        assert send_waiting() == 0
    assert AccountMail.objects.count() == 1
    time_machine_at(2)
    assert send_waiting() == 1
    Client().post(RESET, {"email": "somebody@example.com"})
    monkeypatch.setattr(emails, "send_mail", refuse)
    time_machine_at(2 + 6 * 60 + 1)
    assert send_waiting() == 0
    assert not AccountMail.objects.exists()
