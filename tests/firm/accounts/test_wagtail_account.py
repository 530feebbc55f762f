"""Wherever the present password is asked for again, guesses at it count as they do at the login."""

import pytest
from django.test import Client

from firm.models import SignInEvent, SignInKind
from tests.firm.accounts.conftest import PASSWORD, SECURITY, give_password, sign_in, staff, with_app
from tests.firm.accounts.test_receivers import ACCOUNT, NEW, of_account, to_password

AGAIN = SECURITY + "again/"


def change(client, user, old):
    return client.post(ACCOUNT, of_account(user) | to_password(old=old))


def ask_again(client, user, password):
    return client.post(AGAIN, {"password": password, "next": SECURITY})


@pytest.fixture(params=[change, ask_again])
def guess(request):
    return request.param


def stranger(user) -> Client:
    """A client with the account's session, as a thief has it: without the cookie of the device."""
    client = sign_in(user)
    del client.cookies["device"]
    return client


def test_guesses_are_held_up_and_the_right_password_then_too(home, guess):
    user = staff()
    client = stranger(user)
    answers = [guess(client, user, f"guess-number-{n}-of-many") for n in range(8)]
    assert [answer.status_code for answer in answers[6:]] == [429] * 2
    assert {answer.status_code for answer in answers[:6]} <= {200, 422}
    assert int(answers[-1]["Retry-After"]) >= 1
    held_up = guess(client, user, PASSWORD)
    assert held_up.status_code == 429
    assert "too many attempts" in held_up.content.decode()
    assert SignInEvent.objects.filter(kind=SignInKind.REFUSED, account_id=user.pk).count() == 6
    assert SignInEvent.objects.filter(kind=SignInKind.HELD_UP, account_id=user.pk).count() == 1


def test_it_is_the_count_of_the_login(home, guess):
    user = staff()
    client = stranger(user)
    for _ in range(6):
        guess(client, user, "wrong-wrong-wrong")
    assert give_password(Client(), user).status_code == 429


def test_guesses_at_the_login_count_here(home, guess):
    user = staff()
    client = stranger(user)
    for _ in range(6):
        give_password(Client(), user, "wrong-wrong-wrong")
    assert guess(client, user, PASSWORD).status_code == 429


def test_after_the_pause_the_right_password_is_taken(home, guess, time_machine_at):
    user = staff()
    client = stranger(user)
    for _ in range(7):
        guess(client, user, "wrong-wrong-wrong")
    time_machine_at(16)
    assert guess(client, user, PASSWORD).status_code == 302


def test_a_form_that_is_drawn_again_counts_once(home):
    """The page looks at its forms several times; the fifth refusal is still free."""
    user = staff()
    client = stranger(user)
    refused = [change(client, user, "wrong-wrong-wrong") for _ in range(5)]
    assert {answer.status_code for answer in refused} == {422}
    assert "That is not your password." in refused[0].content.decode()
    assert change(client, user, PASSWORD).status_code == 302


def test_no_hash_is_computed_for_who_is_held_up(home, hashes):
    user = staff()
    client = stranger(user)
    for _ in range(7):
        change(client, user, "wrong-wrong-wrong")
    hashes.clear()
    assert change(client, user, PASSWORD).status_code == 429
    assert hashes == []


def test_a_change_of_the_name_alone_asks_for_no_password(home):
    user = staff()
    client = stranger(user)
    for _ in range(7):
        change(client, user, "wrong-wrong-wrong")
    form = of_account(user) | {"name_email-first_name": "Margaret"}
    assert client.post(ACCOUNT, form).status_code == 302
    user.refresh_from_db()
    assert user.first_name == "Margaret"


@pytest.mark.parametrize("password", ["", "\0", "x" * 5000, "pass\ud800word".encode("utf-8", "replace").decode()])
def test_odd_input_is_refused(home, password):
    user = staff()
    assert change(stranger(user), user, password).status_code == 422


@pytest.mark.parametrize("path", ["app/", "passkey/", "codes/new/", "{}/remove/"])
def test_what_changes_the_way_in_asks_for_the_password_after_a_quarter_of_an_hour(home, path, time_machine_at):
    user = staff()
    factor = with_app(user)
    client = sign_in(user)
    time_machine_at(16)
    answer = client.post(SECURITY + path.format(factor.pk), {"code": "000000"})
    assert answer["Location"].startswith(AGAIN)


def test_strangers_see_no_account_page(home):
    assert Client().get(ACCOUNT)["Location"].startswith("/admin/login/")
    assert Client().post(ACCOUNT, to_password(new=NEW)).status_code == 302
