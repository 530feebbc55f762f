"""A cache that may be away."""

import logging

import pytest
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as Away

from firm import tolerant_cache
from firm.tolerant_cache import LOG_EVERY, REST, Outage, TolerantRedisCache


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Redis:
    """Stands in for the client; counts who asks, and is away at will."""

    def __init__(self) -> None:
        self.values, self.asked, self.is_away = {}, 0, False

    def __getattr__(self, name):
        def ask(*given, **named):
            self.asked += 1
            if self.is_away:
                raise Away("refused")
            return getattr(self, f"do_{name}")(*given)

        return ask

    def do_get(self, key, default):
        return self.values.get(key, default)

    def do_set(self, key, value, timeout):
        self.values[key] = value

    def do_delete(self, key):
        return bool(self.values.pop(key, None))

    def do_clear(self):
        self.values.clear()
        return True


@pytest.fixture
def redis(monkeypatch):
    redis = Redis()
    monkeypatch.setattr(RedisCache, "_cache", redis)
    return redis


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(redis, clock, monkeypatch):
    monkeypatch.setattr(tolerant_cache, "_outages", {"redis://x": Outage(clock)})
    return TolerantRedisCache("redis://x", {})


def test_it_is_a_cache_while_redis_is_there(cache):
    cache.set("a", 1)
    assert cache.get("a") == 1
    assert cache.delete("a")
    assert cache.get("a", "none") == "none"


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda cache: cache.get("a"), None),
        (lambda cache: cache.get("a", 7), 7),
        (lambda cache: cache.get_many(["a"]), {}),
        (lambda cache: cache.set("a", 1, timeout=5), None),
        (lambda cache: cache.set_many({"a": 1}, timeout=5), ["a"]),
        (lambda cache: cache.add("a", 1, timeout=5), False),
        (lambda cache: cache.touch("a", timeout=5), False),
        (lambda cache: cache.delete("a"), False),
        (lambda cache: cache.delete_many(["a"]), None),
        (lambda cache: cache.clear(), False),
        (lambda cache: "a" in cache, False),
        (lambda cache: cache.get_or_set("a", lambda: 5), 5),
    ],
)
def test_what_is_asked_of_redis_that_is_away_is_not_found(cache, redis, call, answer):
    redis.is_away = True
    assert call(cache) == answer


def test_a_number_that_cannot_be_raised_is_not_there(cache, redis):
    redis.is_away = True
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


def test_another_error_is_an_error(cache, redis):
    redis.do_get = lambda key, default: 1 / 0
    with pytest.raises(ZeroDivisionError):
        cache.get("a")


def test_it_is_asked_once_while_it_rests(cache, redis, clock):
    redis.is_away = True
    for _ in range(50):
        cache.get("a")
    assert redis.asked == 1
    clock.now += REST + 0.1
    cache.get("a")
    assert redis.asked == 2


def test_all_threads_know_of_it(cache, redis):
    redis.is_away = True
    cache.get("a")
    TolerantRedisCache("redis://x", {}).get("a")
    assert redis.asked == 1


def test_what_was_to_be_forgotten_meanwhile_is(cache, redis, clock):
    cache.set("a", "old")
    redis.is_away = True
    cache.delete("a")
    redis.is_away = False
    clock.now += REST + 0.1
    assert cache.get("a") is None


def test_what_was_only_asked_for_meanwhile_stays(cache, redis, clock):
    cache.set("a", 1)
    redis.is_away = True
    cache.get("a")
    redis.is_away = False
    clock.now += REST + 0.1
    assert cache.get("a") == 1


def test_it_is_logged_once_a_minute(cache, redis, clock, caplog):
    redis.is_away = True
    with caplog.at_level(logging.WARNING, "firm.tolerant_cache"):
        for _ in range(int(LOG_EVERY / REST) + 5):
            cache.get("a")
            clock.now += REST + 0.01
    assert len(caplog.records) == 2


def test_nobody_waits_long_for_it():
    options = TolerantRedisCache("redis://127.0.0.1:1", {})._options
    assert options["socket_timeout"] <= 0.5
    assert options["socket_connect_timeout"] <= 0.5


def test_a_redis_that_is_not_there_is_noticed_by_the_real_client(monkeypatch):
    monkeypatch.setattr(tolerant_cache, "_outages", {})
    cache = TolerantRedisCache("redis://127.0.0.1:1", {})
    assert cache.get("a", "none") == "none"
    assert cache.outage.rests


def test_the_site_is_ready_without_it(cache, redis, home, client, monkeypatch):
    redis.is_away = True
    monkeypatch.setattr("firm.views.cache", cache)
    assert client.get("/readyz").status_code == 200
