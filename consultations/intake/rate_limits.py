"""Counts what each network sends, for all workers at once: in the database, and with no address in clear.

The address is the one that `firm.middleware.TrustedProxyMiddleware` leaves in ``REMOTE_ADDR``; headers that visitors
write themselves are never read here.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils.crypto import salted_hmac

from consultations.models.limits import SubmissionCount
from firm.accounts.networks import network_of

RECENT, HOUR, DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)
#: A court building, a shelter or a jail's library sends from one address: one request in ten seconds for ten minutes,
#: or 300 in a day, is more than any of them, and a program. Below that, requests are sorted and never refused.
MOST_RECENT, MOST_IN_A_DAY = 60, 300
KEPT = timedelta(days=2)
_TABLE = SubmissionCount._meta.db_table
_ADD_ONE = (
    f"INSERT INTO {_TABLE} (network, minute, count) VALUES (%s, %s, 1)"  # noqa: S608 (the name of a table of ours)
    f" ON CONFLICT (network, minute) DO UPDATE SET count = {_TABLE}.count + 1"
)


@dataclass(frozen=True)
class Count:
    """What a network sent within ten minutes, an hour and a day, this submission included."""

    recent: int = 0
    hour: int = 0
    day: int = 0
    #: Whose count it is: a digest; empty when it is nobody's.
    network: str = field(default="", compare=False, repr=False)

    @property
    def is_excessive(self) -> bool:
        """True far beyond what people behind one address send."""
        return self.recent > MOST_RECENT or self.day > MOST_IN_A_DAY

    @property
    def retry_after(self) -> timedelta:
        """How long to wait before trying again."""
        return HOUR if self.day > MOST_IN_A_DAY else RECENT


#: Of whom nothing is counted.
UNCOUNTED = Count()


def digest_of(network: str, now: datetime) -> str:
    """Return what stands for a network on the day (UTC) of ``now``: a digest whose key is another one every day."""
    day = now.astimezone(UTC).date().isoformat()
    return salted_hmac(f"consultations.intake.rate_limits.{day}", network, algorithm="sha256").hexdigest()


def count_submission(address: str, now: datetime, *, what: str = "") -> Count:
    """Count one submission and return how many there were; ``what`` is counted apart. May raise `DatabaseError`."""
    with transaction.atomic():
        count = expect_submission(address, now, what=what)
        keep_count(count, now)
    return count


def expect_submission(address: str, now: datetime, *, what: str = "") -> Count:
    """Return how many there are with one submission more, which `keep_count` counts. Reads only.

    Without an address (a server behind a socket) nothing is counted, since all visitors would be one.
    """
    network = network_of(address, ipv4_bits=32)
    if not network:
        return Count()
    earlier = _earlier(f"{what} {network}" if what else network, now)
    return Count(earlier.recent + 1, earlier.hour + 1, earlier.day + 1, earlier.network)


def keep_count(count: Count, now: datetime) -> None:
    """Add what was expected, in one statement; right with many writers, since the database does the sum.

    One that is excessive is not counted, so that a crowd which keeps trying is let in again.
    """
    if not count.network or count.is_excessive:
        return
    minute = connection.ops.adapt_datetimefield_value(now.replace(second=0, microsecond=0))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ADD_ONE, [count.network, minute])


def purge_counts(now: datetime) -> int:
    """Forget what is too old to count; return how many rows that were."""
    return SubmissionCount.objects.filter(minute__lt=now - KEPT).delete()[0]


def _earlier(network: str, now: datetime) -> Count:
    """What is counted so far, under today's digest and yesterday's."""
    today = digest_of(network, now)
    digests = {today, digest_of(network, now - DAY)}
    # What was counted far ahead, by a clock that has been put back since, is no reason to refuse anybody.
    rows = SubmissionCount.objects.filter(network__in=digests, minute__gt=now - DAY, minute__lte=now + RECENT)
    sums = rows.aggregate(
        recent=Sum("count", filter=Q(minute__gt=now - RECENT), default=0),
        hour=Sum("count", filter=Q(minute__gt=now - HOUR), default=0),
        day=Sum("count", default=0),
    )
    return Count(**sums, network=today)
