"""The installation's health, as a list of checks that every app adds its own to.

``/metrics``, ``/readyz`` and the admin page *System* read this list. An app registers its checks in
``AppConfig.ready``. Each check is one number; none holds personal data.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.core.cache import cache
from django.db import Error, connection

logger = logging.getLogger(__name__)
#: For how many seconds ``/readyz`` caches the result.
CACHE_SECONDS = 10
_KEY = "firm.monitoring.health.degraded"


class State(StrEnum):
    """The result of a check: ``UNKNOWN`` could not be read, ``NONE`` has no value."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """One number: its name, how it is read, when it is bad, and what to do then.

    ``unit`` is one of `UNITS`. ``read`` returns a number, or None when there is none; with ``must_exist`` None is bad.
    ``metric`` is its name for Prometheus, without prefix and unit, where that is another one. A value is bad above
    ``limit`` or, with ``is_floor``, below it. ``degrades``: ``/readyz`` lists it when it is bad. ``is_costly``: it is
    read for the System page only, as is ``note``, a sentence that changes.
    """

    name: str
    label: str
    unit: str
    explanation: str
    remedy: str = ""
    read: Callable[[], float | None]
    part: str
    metric: str = ""
    limit: float | None = None
    is_floor: bool = False
    must_exist: bool = False
    degrades: bool = False
    is_costly: bool = False
    asks_database: bool = True
    note: Callable[[], str] | None = None

    def judge(self, value: float | None) -> State:
        if value is None:
            return State.BAD if self.must_exist else State.NONE
        if self.limit is None:
            return State.GOOD
        return State.BAD if (value < self.limit if self.is_floor else value > self.limit) else State.GOOD


@dataclass(frozen=True)
class Reading:
    """A check with the value that was read."""

    check: HealthCheck
    value: float | None
    state: State

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to look at it; what could not be read counts."""
        return self.state in {State.BAD, State.UNKNOWN}


#: Units, with the suffix that Prometheus wants in a metric's name; a count has none.
UNITS = {"seconds": "_seconds", "bytes": "_bytes", "days": "_days", "count": "", "yes or no": ""}
_checks: dict[str, HealthCheck] = {}


def register(*checks: HealthCheck) -> None:
    """Add checks to the list; a check of the same name is replaced."""
    for check in checks:
        if check.unit not in UNITS:
            raise ValueError(f"{check.unit} is not one of the units {', '.join(UNITS)}.")
        _checks[check.name] = check


def all_checks() -> list[HealthCheck]:
    return list(_checks.values())


def read(wanted: Iterable[HealthCheck]) -> list[Reading]:
    """Run checks. One that fails is unknown; once the database is unreachable, no further check queries it."""
    readings, is_reachable = [], True
    for check in wanted:
        if check.asks_database and not is_reachable:
            readings.append(Reading(check, None, State.UNKNOWN))
            continue
        try:
            value = check.read()
            readings.append(Reading(check, value, check.judge(value)))
        except Exception as error:
            if isinstance(error, Error):
                is_reachable = connection.connection is not None and connection.is_usable()
            logger.warning("The health check %s could not be read: %s", check.name, type(error).__name__)
            readings.append(Reading(check, None, State.UNKNOWN))
    return readings


def degraded() -> list[str]:
    """Return the names of bad or unknown checks that do not stop the site; cached for 10 seconds."""
    names = cache.get(_KEY)
    if names is None:
        readings = read(check for check in all_checks() if check.degrades and not check.is_costly)
        names = [one.check.name for one in readings if one.is_bad]
        cache.set(_KEY, names, CACHE_SECONDS)
    return names
