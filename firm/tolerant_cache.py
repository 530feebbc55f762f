"""A cache in Redis that may be away: what is asked of it then is not found, and the site is slower, not wrong."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)
#: How long one waits for Redis, which is near, in seconds.
WAIT = 0.25
#: For how long it is not asked after it has failed, and how often that is logged, in seconds.
REST, LOG_EVERY = 2.0, 60.0


class Outage:
    """What all threads of a process know about one Redis: since when it is left alone, and what it has missed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._rests_until = self._logged = float("-inf")
        #: True when something was to be forgotten that may still be there.
        self.has_missed = False

    @property
    def rests(self) -> bool:
        """True while nobody should ask."""
        return self._clock() < self._rests_until

    def note(self, error: Exception) -> None:
        """Leave it alone for a while, and log that once a minute."""
        with self._lock:
            now = self._clock()
            self._rests_until = now + REST
            if now - self._logged >= LOG_EVERY:
                self._logged = now
                logger.warning("Redis does not answer, the site goes on without it: %s", type(error).__name__)


_outages: dict[str, Outage] = {}


class TolerantRedisCache(RedisCache):
    """Django's cache in Redis, without its errors.

    What was to be changed or forgotten while it was away makes it forget everything when it is back.
    """

    #: The site can work without it, and says that it is ready.
    is_optional = True

    def __init__(self, server, params) -> None:
        options = {
            "socket_connect_timeout": WAIT,
            "socket_timeout": WAIT,
            "retry": Retry(NoBackoff(), 1),  # a connection that was cut meanwhile is made again
            **params.get("OPTIONS", {}),
        }
        super().__init__(server, {**params, "OPTIONS": options})
        self.outage = _outages.setdefault(str(server), Outage())

    def _ask(self, method: Callable, *given, instead=None, changes: bool = False):
        """Return what the method returns, or ``instead``."""
        if not self.outage.rests:
            try:
                if self.outage.has_missed:
                    super().clear()
                    self.outage.has_missed = False
                return method(*given)
            except (RedisError, OSError) as error:
                self.outage.note(error)
        if changes:
            self.outage.has_missed = True
        return instead

    def add(self, key, value, *given, **named):
        """Store a value that is not there; False when it is, or when that cannot be known."""
        return self._ask(partial(super().add, key, value, *given, **named), instead=False)

    def get(self, key, default=None, version=None):
        """Return the value, or the default."""
        return self._ask(super().get, key, default, version, instead=default)

    def set(self, key, value, *given, **named):
        """Store a value, where it can be."""
        return self._ask(partial(super().set, key, value, *given, **named), changes=True)

    def touch(self, key, *given, **named):
        """Give a value more time; False when it is not there."""
        return self._ask(partial(super().touch, key, *given, **named), instead=False)

    def delete(self, key, version=None):
        """Forget a value; False when it was not there."""
        return self._ask(super().delete, key, version, instead=False, changes=True)

    def get_many(self, keys, version=None):
        """Return those values that are there."""
        return self._ask(super().get_many, keys, version, instead={})

    def has_key(self, key, version=None):
        """True when the value is there."""
        return self._ask(super().has_key, key, version, instead=False)

    def incr(self, key, delta=1, version=None):
        """Raise a number; ValueError when it is not there."""
        raised = self._ask(super().incr, key, delta, version, changes=True)
        if raised is None:
            raise ValueError(f"Key {key!r} not found")
        return raised

    def set_many(self, data, *given, **named):
        """Store values; return the keys of those that could not be."""
        return self._ask(partial(super().set_many, data, *given, **named), instead=list(data), changes=True)

    def delete_many(self, keys, version=None):
        """Forget values."""
        return self._ask(super().delete_many, keys, version, changes=True)

    def clear(self):
        """Forget everything."""
        return self._ask(super().clear, instead=False, changes=True)
