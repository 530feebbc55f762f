"""Counts attempts to sign in, in the database: for all processes, over restarts, and with no name or address in clear.

An attempt is counted *before* it is decided, under locks, and taken back when it succeeds: a hundred at once get no
further than a hundred in a row. An attempt during a pause is refused unseen and makes it no longer. No pause is longer
than `LONGEST`.

What strangers do must not keep out the one whose account it is. After the longest pause an account as such stays open
for `REST`, whatever is tried; a network that behaves badly, and one network's attempts at one account, pause alone.
Whoever signed in before from the same browser has a device cookie and is counted by that alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from firm.models import AttemptCount

FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=15)
REST = timedelta(minutes=45)
KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Rule:
    """How many attempts are free, and for how long a count is remembered after the last attempt."""

    free: int
    memory: timedelta
    rests: bool = False

    def pause(self, failures: int) -> timedelta:
        """Return the pause after so many: doubled with each, from `FIRST` to `LONGEST`."""
        beyond = failures - self.free
        return min(FIRST * 2 ** min(beyond - 1, 10), LONGEST) if beyond > 0 else timedelta(0)


RULES = {
    "pair": Rule(5, timedelta(days=1)),
    "network": Rule(30, timedelta(hours=1)),
    "account": Rule(50, timedelta(hours=1), rests=True),
    "device": Rule(10, timedelta(hours=1)),
    "code": Rule(5, timedelta(days=1)),
    "recovery": Rule(5, timedelta(days=1)),
    "reset network": Rule(10, timedelta(hours=1)),
    "reset address": Rule(3, timedelta(hours=1)),
}


@dataclass(frozen=True)
class Key:
    """What attempts are counted by: a rule's name, and of what."""

    rule: str
    value: str

    @property
    def digest(self) -> str:
        """What stands for it in the database."""
        return salted_hmac("firm.door.throttle", f"{self.rule}\0{self.value}", algorithm="sha256").hexdigest()


def admit(keys: Iterable[Key], now: datetime) -> timedelta:
    """Count an attempt and return zero, or count nothing and return how long to wait. May raise `DatabaseError`."""
    with transaction.atomic():
        rows = _locked(keys, now)
        wait = max((row.closed_until - now for _, row in rows if _is_closed(row, now)), default=timedelta(0))
        if wait:
            return wait
        for rule, row in rows:
            _count(rule, row, now)
    return timedelta(0)


def forgive(keys: Iterable[Key], now: datetime) -> None:
    """Take back an attempt that succeeded. What belongs to this account and visitor alone starts anew."""
    with transaction.atomic():
        for rule, row in _locked(keys, now):
            if rule in (RULES["account"], RULES["network"]):
                row.failures = max(row.failures - 1, 0)
                if row.failures <= rule.free and row.last_at == now:
                    row.closed_until = None
            else:
                row.failures, row.closed_until = 0, None
            row.save()


def purge(now: datetime) -> int:
    """Forget counts that no longer matter; return how many those were."""
    return AttemptCount.objects.filter(last_at__lt=now - KEPT).delete()[0]


def _is_closed(row: AttemptCount, now: datetime) -> bool:
    """True within a pause; an end that no pause has was noted while the clock was wrong."""
    return row.closed_until is not None and now < row.closed_until <= now + 2 * LONGEST


def _count(rule: Rule, row: AttemptCount, now: datetime) -> None:
    if row.closed_until and rule.rests and now - row.closed_until > REST:
        row.failures, row.closed_until = 0, None
    if now - row.last_at > rule.memory and not _is_closed(row, now):
        row.failures, row.closed_until = 0, None
    is_resting = rule.rests and row.closed_until is not None
    row.failures, row.last_at = row.failures + 1, now
    pause = rule.pause(row.failures)
    if pause and rule.rests:
        pause = LONGEST
    if pause and not is_resting:
        row.closed_until = now + pause
    row.save()


def _locked(keys: Iterable[Key], now: datetime) -> list[tuple[Rule, AttemptCount]]:
    """Return the rows of the keys, made where missing, locked in one order so that no two wait for each other."""
    by_digest = {key.digest: RULES[key.rule] for key in keys}
    known = set(AttemptCount.objects.filter(digest__in=by_digest).values_list("digest", flat=True))
    for digest in sorted(by_digest.keys() - known):
        try:
            with transaction.atomic():
                AttemptCount.objects.create(digest=digest, since=now, last_at=now)
        except IntegrityError:  # another process has begun it in between
            continue
    rows = AttemptCount.objects.select_for_update().filter(digest__in=by_digest).order_by("digest")
    return [(by_digest[row.digest], row) for row in rows]
