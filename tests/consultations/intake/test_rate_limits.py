import importlib
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import Permission

from consultations.intake import rate_limits
from consultations.intake.rate_limits import MOST_IN_A_DAY, MOST_RECENT, Count, count_submission, digest_of
from firm import rate_limits as attempts
from firm import schedule, schedule_entries
from firm.models import Attempt

NOON = datetime(2027, 1, 31, 12, 0, 30, tzinfo=UTC)
ADDRESS, OTHER = "203.0.113.9", "203.0.113.10"


def send(times: int, *, address: str = ADDRESS, now: datetime = NOON) -> Count:
    """Count so many submissions; return the last answer."""
    return [count_submission(address, now) for _ in range(times)][-1]


# --- Whose submission it is -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["", "unix:", "unknown", "203.0.113.9:80"])
def test_without_an_address_nothing_is_counted(address):
    assert send(3, address=address) == Count()


@pytest.mark.django_db
def test_an_ipv4_address_is_counted_by_itself_and_an_ipv6_address_by_its_household():
    assert send(2, address="203.0.113.9").recent == 2
    assert send(1, address="203.0.113.10").recent == 1
    assert send(2, address="2001:db8:1:2:3::").recent == 2
    assert send(1, address="2001:db8:1:2:4::").recent == 3
    assert send(1, address="2001:db8:1:3::").recent == 1


def test_the_digest_is_another_one_every_day():
    assert digest_of(ADDRESS, NOON) != digest_of(ADDRESS, NOON + timedelta(days=1))


def test_the_digest_depends_on_the_secret_key(settings):
    before = digest_of(ADDRESS, NOON)
    settings.SECRET_KEY = "another-secret-key-that-nobody-has-given-out-yet"
    assert digest_of(ADDRESS, NOON) != before


# --- How many ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "is_excessive", "retry_after"),
    [
        (Count(), False, timedelta(minutes=10)),
        (Count(recent=60, hour=60, day=60), False, timedelta(minutes=10)),
        (Count(recent=61, hour=61, day=61), True, timedelta(minutes=10)),
        (Count(recent=1, hour=300, day=300), False, timedelta(minutes=10)),
        (Count(recent=1, hour=1, day=301), True, timedelta(hours=1)),
    ],
)
def test_what_is_excessive(count, is_excessive, retry_after):
    assert (count.is_excessive, count.retry_after) == (is_excessive, retry_after)


@pytest.mark.django_db
def test_no_address_is_not_counted():
    assert count_submission("", NOON) == Count()
    assert not Attempt.objects.exists()


@pytest.mark.django_db
def test_an_excessive_one_is_not_counted_and_the_crowd_is_let_in_again():
    assert send(MOST_RECENT + 20).recent == MOST_RECENT + 1
    assert Attempt.objects.count() == MOST_RECENT
    assert not send(1, now=NOON + timedelta(minutes=11)).is_excessive


@pytest.mark.django_db
def test_a_day_has_a_limit_of_its_own():
    minutes = range(0, 1000, 10)
    counts = [send(4, now=NOON + timedelta(minutes=minute)) for minute in minutes]
    assert not counts[MOST_IN_A_DAY // 4 - 1].is_excessive
    assert counts[MOST_IN_A_DAY // 4].is_excessive
    assert counts[MOST_IN_A_DAY // 4].recent < MOST_RECENT


@pytest.mark.django_db
def test_networks_are_counted_apart():
    send(5)
    assert send(1, address=OTHER) == Count(1, 1, 1)


@pytest.mark.django_db
def test_addresses_of_one_ipv6_network_are_counted_together():
    send(2, address="2001:db8::1")
    assert send(1, address="2001:db8::ffff:1").recent == 3
    assert send(1, address="2001:db8:0:1::1").recent == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("later", "count"),
    [
        (timedelta(minutes=9), Count(3, 3, 3)),
        (timedelta(minutes=10), Count(1, 3, 3)),
        (timedelta(minutes=59), Count(1, 3, 3)),
        (timedelta(minutes=60), Count(1, 1, 3)),
        (timedelta(hours=23, minutes=59), Count(1, 1, 3)),
        (timedelta(hours=24), Count(1, 1, 1)),
    ],
    ids=str,
)
def test_windows(later, count):
    send(2)
    assert send(1, now=NOON + later) == count


@pytest.mark.django_db
def test_midnight_resets_nothing():
    send(2, now=datetime(2027, 1, 31, 23, 58, tzinfo=UTC))
    assert send(1, now=datetime(2027, 2, 1, 0, 2, tzinfo=UTC)) == Count(3, 3, 3)


@pytest.mark.django_db
def test_no_address_is_kept():
    send(1)
    row = Attempt.objects.values().get()
    assert ADDRESS not in str(row)
    assert len(row["digest"]) == 64


@pytest.mark.django_db
def test_one_that_comes_between_is_counted_too():
    expected = rate_limits.expect_submission(ADDRESS, NOON)
    send(1)
    rate_limits.add_submission(expected, NOON)
    assert Attempt.objects.count() == 2


@pytest.mark.django_db
def test_nobody_can_be_allowed_to_look_at_counts():
    assert not Permission.objects.filter(content_type__model="attempt").exists()
    assert Permission.objects.filter(content_type__app_label="firm").exists()


# --- Forgetting -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_old_counts_are_forgotten_and_those_that_count_are_kept():
    send(1, now=NOON - timedelta(days=3))
    send(1, now=NOON - timedelta(hours=23))
    assert attempts.purge(NOON) == 1
    assert send(1).day == 2


@pytest.mark.django_db
def test_the_worker_forgets_by_the_clock(monkeypatch):
    monkeypatch.setattr(schedule, "_entries", {})
    monkeypatch.setattr(schedule, "close_old_connections", lambda: None)
    importlib.reload(schedule_entries)
    send(1, now=NOON - timedelta(days=3650))
    schedule.run_due(0.0, [schedule._entries["delete ended sessions"]])
    assert not Attempt.objects.exists()


# --- Many workers -----------------------------------------------------------------------------------

WORKERS, EACH = 8, 5


def test_workers_at_once_lose_no_count(threads):
    barrier = Barrier(WORKERS)

    def work() -> list[int]:
        barrier.wait(timeout=20)
        return [count_submission(ADDRESS, NOON).recent for _ in range(EACH)]

    answers = threads(*[work] * WORKERS)
    assert threads(Attempt.objects.count) == [WORKERS * EACH]
    assert all(answer == sorted(set(answer)) for answer in answers)


def test_what_one_worker_counted_another_one_finds(threads):
    threads(lambda: send(3))
    assert threads(lambda: send(1)) == [Count(4, 4, 4)]
