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
#: For how many seconds ``/readyz`` goes on saying what it has found out.
REMEMBERED = 10
_KEY = "firm.monitoring.health.degraded"


class State(StrEnum):
    """The result of a check: ``UNKNOWN`` could not be read, ``NONE`` has no value."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Vital:
    """One number: its name, how it is read, when it is bad, and what to do then.

    ``read`` returns a number, or None when there is none; with ``must_exist`` None is bad. A value is bad above
    ``limit`` or, with ``is_floor``, below it. ``degrades``: ``/readyz`` lists it when it is bad. ``is_costly``: it is
    read for the System page only, as is ``note``, a sentence that changes.
    """

    name: str
    label: str
    unit: str
    explanation: str
    remedy: str
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

    vital: Vital
    value: float | None
    state: State


#: What is measured in. The last word of a metric's name, as Prometheus wants it; a count has none.
UNITS = {"seconds": "_seconds", "bytes": "_bytes", "days": "_days", "count": "", "yes or no": ""}
_vitals: dict[str, Vital] = {}


def register(*vitals: Vital) -> None:
    """Add checks to the list; a check of the same name is replaced."""
    for vital in vitals:
        if vital.unit not in UNITS:
            raise ValueError(f"{vital.unit} is not one of the units {', '.join(UNITS)}.")
        _vitals[vital.name] = vital


def vitals() -> list[Vital]:
    return list(_vitals.values())


def read(wanted: Iterable[Vital]) -> list[Reading]:
    """Run checks. One that fails is unknown; once the database is unreachable, no further check queries it."""
    readings, is_reachable = [], True
    for vital in wanted:
        if vital.asks_database and not is_reachable:
            readings.append(Reading(vital, None, State.UNKNOWN))
            continue
        try:
            value = vital.read()
            readings.append(Reading(vital, value, vital.judge(value)))
        except Exception as error:
            if isinstance(error, Error):
                is_reachable = connection.connection is not None and connection.is_usable()
            logger.warning("The health check %s could not be read: %s", vital.name, type(error).__name__)
            readings.append(Reading(vital, None, State.UNKNOWN))
    return readings


def degraded() -> list[str]:
    """Return the names of bad or unknown checks that do not stop the site; cached for 10 seconds."""
    names = cache.get(_KEY)
    if names is None:
        readings = read(vital for vital in vitals() if vital.degrades and not vital.is_costly)
        names = [one.vital.name for one in readings if one.state in {State.BAD, State.UNKNOWN}]
        cache.set(_KEY, names, REMEMBERED)
    return names
