"""Guessing becomes slow, for good; who is not guessing is kept out for a quarter of an hour at most, or not at all."""

import datetime
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from firm import rate_limits
from firm.accounts.throttle import LIMITS, key
from firm.models import Attempt, SignInEvent
from firm.rate_limits import LONGEST, admit, forgive
from tests.firm.accounts.conftest import LOGIN, SECOND, code_of, give_password, sign_in, staff, with_app

NOW = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
SECOND_OF_TIME = datetime.timedelta(seconds=1)


def guess(user, client=None, address="203.0.113.9"):
    return give_password(client or Client(), user, "wrong-wrong-wrong", REMOTE_ADDR=address)


# --- The rule by itself ---------------------------------------------------------------------------


@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_pauses_grow_and_stay_within_a_quarter_of_an_hour(limit):
    pauses = [limit.pause(attempts) for attempts in range(limit.free + 200)]
    assert pauses == sorted(pauses)
    assert pauses[limit.free] == datetime.timedelta(0) < pauses[limit.free + 1]
    assert max(pauses) == LONGEST == datetime.timedelta(minutes=15)


@pytest.mark.django_db
def test_an_attempt_within_a_pause_is_not_counted_and_makes_it_no_longer():
    keys = [key("pair", "a")]
    for _ in range(6):
        assert not admit(keys, NOW)
    before = list(Attempt.objects.values())
    assert [admit(keys, NOW + SECOND_OF_TIME) for _ in range(50)] == [datetime.timedelta(seconds=14)] * 50
    assert list(Attempt.objects.values()) == before


@pytest.mark.django_db
def test_a_hundred_days_of_guessing_from_one_network_are_few():
    keys, now, taken = [key("pair", "a")], NOW, 0
    while now < NOW + datetime.timedelta(days=1):
        wait = admit(keys, now)
        taken += not wait
        now += wait or SECOND_OF_TIME
    assert 90 < taken < 110


@pytest.mark.django_db
def test_a_success_takes_back_its_own_attempt_alone():
    pair, network = key("pair", "a"), key("network", "n")
    for second in range(4):
        admit([pair, network], NOW + second * SECOND_OF_TIME)
    forgive([pair, network], NOW + 3 * SECOND_OF_TIME)
    assert list(Attempt.objects.values_list("digest", flat=True)) == [network.digest] * 3


@pytest.mark.django_db
def test_no_name_and_no_address_is_kept():
    guess(staff(username="margaret"))
    stored = str(list(Attempt.objects.values())) + str(list(SignInEvent.objects.values()))
    assert Attempt.objects.count() == 2
    assert "margaret" not in stored
    assert "203.0.113.9" not in stored


# --- At the login ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_sixth_guess_is_the_last_that_is_looked_at():
    user, client = staff(), Client()
    assert [guess(user, client).status_code for _ in range(8)] == [200] * 6 + [429] * 2
    response = give_password(client, user, REMOTE_ADDR="203.0.113.200")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 16


@pytest.mark.django_db
def test_other_spellings_of_a_name_are_counted_with_it():
    user, client = staff(username="Margaret"), Client()
    for name in ("margaret", "MARGARET", " Margaret", "Margaret ", "mArgaret", "marGaret"):
        client.post(LOGIN, {"username": name, "password": "wrong-wrong-wrong"})
    assert guess(user, client, "127.0.0.1").status_code == 429


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second", "is_shared"),
    [
        ("203.0.113.1", "203.0.113.250", True),
        ("203.0.113.1", "203.0.114.1", False),
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::1", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("::ffff:203.0.113.1", "203.0.113.7", True),
    ],
)
def test_a_network_is_what_one_office_has(first, second, is_shared):
    user = staff()
    for _ in range(6):
        guess(user, address=first)
    assert (guess(user, address=second).status_code == 429) is is_shared


@pytest.mark.django_db
def test_one_network_that_tries_many_names_is_stopped():
    answers = [
        Client().post(LOGIN, {"username": f"name{n}", "password": "x" * 15}, REMOTE_ADDR="203.0.113.9").status_code
        for n in range(35)
    ]
    assert answers == [200] * 31 + [429] * 4


@pytest.mark.django_db
def test_the_count_is_in_the_database_and_outlives_process_and_cache():
    user = staff()
    for _ in range(6):
        guess(user)
    cache.clear()
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert guess(user).status_code == 429


def test_another_process_goes_on_counting(threads):
    """What one process has counted, a new one knows: the digest depends on nothing that begins anew with it."""
    pair = key("pair", "a")
    code = """
import django; django.setup()
from firm.accounts.throttle import key
print(key("pair", "a").digest)
"""
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=settings.BASE_DIR
    )
    assert out.stdout.strip() == pair.digest


def test_many_at_once_get_no_further_than_one_after_another(threads):
    now = timezone.now()
    keys = [key("pair", "a"), key("code", "a"), key("network", "n")]
    waits = threads(*[lambda: admit(keys, now)] * 20)
    assert sum(not wait for wait in waits) == 6


def test_two_that_count_in_another_order_do_not_wait_for_each_other(threads):
    keys = [key("pair", "a"), key("code", "a"), key("network", "n")]

    def often(order):
        for n in range(10):
            admit(order, NOW + n * MINUTE * 20)

    threads(lambda: often(keys), lambda: often(keys[::-1]), lambda: often(keys[1:] + keys[:1]))
    assert set(Attempt.objects.values_list("digest", flat=True)) == {one.digest for one in keys}


# --- Strangers, and the one whose account it is ---------------------------------------------------


def attack(user, now):
    """A crowd tries the account without a pause from networks that are ever new."""
    for n in range(60):
        network = f"{now}{n}"
        admit([key("pair", f"{user.username}\0{network}"), key("network", network)], now)


@pytest.mark.django_db
def test_an_unending_attack_from_elsewhere_never_keeps_the_owner_waiting(time_machine_at):
    owner = staff(owner=True)
    for minute in range(0, 61, 5):
        time_machine_at(minute)
        attack(owner, timezone.now())
        assert give_password(Client(), owner, REMOTE_ADDR="198.51.100.7").status_code == 302


@pytest.mark.django_db
def test_an_owner_in_the_network_of_an_attack_is_let_in_a_quarter_of_an_hour_after_it(time_machine_at):
    owner = staff(owner=True)
    for _ in range(60):
        guess(owner)
    time_machine_at(15.1)
    assert give_password(Client(), owner, REMOTE_ADDR="203.0.113.9").status_code == 302


@pytest.mark.django_db
def test_who_has_signed_in_from_this_browser_is_not_held_up_at_all():
    owner = staff(owner=True)
    client = sign_in(owner)
    client.post("/admin/logout/")
    for _ in range(10):
        guess(owner, address="127.0.0.1")
    attack(owner, timezone.now())
    assert give_password(Client(), owner).status_code == 429
    assert give_password(client, owner).status_code == 302


@pytest.mark.django_db
def test_a_stolen_device_is_counted_by_itself():
    owner = staff(owner=True)
    client = sign_in(owner)
    client.post("/admin/logout/")
    assert [guess(owner, client).status_code for _ in range(13)] == [200] * 11 + [429] * 2


@pytest.mark.django_db
def test_a_device_says_nothing_for_another_account_and_cannot_be_made_up():
    owner, other = staff(owner=True), staff()
    client = sign_in(other)
    client.post("/admin/logout/")
    for _ in range(6):
        guess(owner, address="127.0.0.1")
    assert give_password(client, owner).status_code == 429
    client.cookies["device"] = client.cookies["device"].value[:-1] + "x"
    assert give_password(client, owner).status_code == 429


@pytest.mark.django_db
def test_who_may_not_enter_is_refused_before_a_hash_is_computed(hashes):
    user = staff()
    for _ in range(6):
        guess(user)
    hashes.clear()
    assert guess(user).status_code == 429
    assert hashes == []


@pytest.mark.django_db
def test_codes_are_counted_by_account_over_all_sessions_and_networks():
    user = staff()
    with_app(user)
    answers = []
    for n in range(8):
        client = Client(REMOTE_ADDR=f"198.51.{n}.1")
        give_password(client, user)
        answers.append(client.post(SECOND, {"code": "000000"}).status_code)
    assert answers == [200] * 6 + [429] * 2
    give_password(client, user)
    assert client.post(SECOND, {"code": code_of(user)}).status_code == 429


@pytest.mark.django_db
def test_a_database_that_is_gone_lets_nobody_in(monkeypatch):
    """Counting fails closed: an error is no permission."""
    from django.db import OperationalError

    def gone(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(rate_limits, "_lock", gone)
    client = Client(raise_request_exception=False)
    user = staff()
    assert give_password(client, user).status_code >= 500
    assert "_auth_user_id" not in client.session
    assert connection.is_usable()


@pytest.mark.django_db
def test_old_counts_are_forgotten():
    admit([key("pair", "old")], NOW)
    admit([key("pair", "new")], NOW + datetime.timedelta(days=2))
    assert rate_limits.purge(NOW + datetime.timedelta(days=2, seconds=1)) == 1
    assert Attempt.objects.get().digest == key("pair", "new").digest
