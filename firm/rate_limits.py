"""Counts attempts in the database: for all processes, over restarts, and with no name or address in clear.

Every attempt is a row with a digest of what it is counted by. An attempt is counted *before* it is decided, under a
lock, and taken back when it succeeds: a hundred at once get no further than a hundred in a row. An attempt during a
pause is refused unseen and makes it no longer. No pause is longer than `LONGEST`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils.crypto import salted_hmac

from firm.models import Attempt

FIRST, LONGEST = timedelta(seconds=15), timedelta(minutes=15)
RETENTION = timedelta(days=2)


@dataclass(frozen=True)
class Limit:
    """How many attempts within ``window`` are free. ``is_shared``: attempts of others may be among them."""

    free: int
    window: timedelta
    is_shared: bool = False

    def pause(self, attempts: int) -> timedelta:
        """Return the pause after so many attempts: doubled with each, from `FIRST` to `LONGEST`."""
        beyond = attempts - self.free
        return min(FIRST * 2 ** min(beyond - 1, 10), LONGEST) if beyond > 0 else timedelta(0)


@dataclass(frozen=True)
class Key:
    """What attempts are counted by: a limit with its name, and of what."""

    name: str
    limit: Limit
    value: str

    @property
    def digest(self) -> str:
        return salted_hmac("firm.door.throttle", f"{self.name}\0{self.value}", algorithm="sha256").hexdigest()


def admit(keys: Iterable[Key], now: datetime) -> timedelta:
    """Count an attempt and return zero, or count nothing and return how long to wait. May raise `DatabaseError`."""
    keys = list(keys)
    with transaction.atomic():
        _lock(keys)
        wait = max((_wait(key, now) for key in keys), default=timedelta(0))
        if wait > timedelta(0):
            return wait
        Attempt.objects.bulk_create(Attempt(digest=key.digest, at=now) for key in keys)
    return timedelta(0)


def forgive(keys: Iterable[Key], now: datetime) -> None:
    """Take back the attempt of that time, which succeeded; with it all that are not counted with those of others."""
    for key in keys:
        attempts = Attempt.objects.filter(digest=key.digest)
        (attempts.filter(at=now) if key.limit.is_shared else attempts).delete()


def purge(now: datetime) -> int:
    """Delete attempts that no longer count; return how many."""
    return Attempt.objects.filter(at__lt=now - RETENTION).delete()[0]


def _wait(key: Key, now: datetime) -> timedelta:
    found = Attempt.objects.within(key.limit.window, now).filter(digest=key.digest)
    found = found.aggregate(count=Count("pk"), last=Max("at"))
    return found["last"] + key.limit.pause(found["count"]) - now if found["count"] else timedelta(0)


def _lock(keys: list[Key]) -> None:
    """Have the keys to ourselves until the transaction ends, in one order; on SQLite a transaction has it anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for digest in sorted(key.digest for key in keys):
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])
