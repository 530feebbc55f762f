"""Counts what each network sends, as `firm.rate_limits` counts attempts.

The address is the one that `firm.middleware.TrustedProxyMiddleware` leaves in ``REMOTE_ADDR``; headers that visitors
write themselves are never read here.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Count as Rows
from django.db.models import Q
from django.utils.crypto import salted_hmac

from firm.accounts.networks import network_of
from firm.models import Attempt

RECENT, HOUR, DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)
#: A court building, a shelter or a jail's library sends from one address: one request in ten seconds for ten minutes,
#: or 300 in a day, is more than any of them, and a program. Below that, requests are sorted and never refused.
MOST_RECENT, MOST_IN_A_DAY = 60, 300


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
        return HOUR if self.day > MOST_IN_A_DAY else RECENT


#: Of whom nothing is counted.
UNCOUNTED = Count()


def digest_of(network: str, now: datetime) -> str:
    """Return what stands for a network on the day (UTC) of ``now``: a digest whose key is another one every day."""
    day = now.astimezone(UTC).date().isoformat()
    return salted_hmac(f"consultations.intake.rate_limits.{day}", network, algorithm="sha256").hexdigest()


def count_submission(address: str, now: datetime, *, what: str = "") -> Count:
    """Count one submission and return how many there were; ``what`` is counted apart. May raise `DatabaseError`."""
    count = expect_submission(address, now, what=what)
    add_submission(count, now)
    return count


def expect_submission(address: str, now: datetime, *, what: str = "") -> Count:
    """Return how many there are with one submission more, which `add_submission` counts. Reads only.

    Without an address (a server behind a socket) nothing is counted, since all visitors would be one.
    """
    network = network_of(address, ipv4_bits=32)
    if not network:
        return UNCOUNTED
    counted_by = f"{what} {network}" if what else network
    today = digest_of(counted_by, now)
    earlier = Attempt.objects.within(DAY, now).filter(digest__in={today, digest_of(counted_by, now - DAY)})
    spans = {"recent": RECENT, "hour": HOUR, "day": DAY}
    counts = earlier.aggregate(**{name: Rows("pk", filter=Q(at__gt=now - span)) for name, span in spans.items()})
    return Count(**{name: count + 1 for name, count in counts.items()}, network=today)


def add_submission(count: Count, now: datetime) -> None:
    """Add what was expected. An excessive one is not counted, so that a crowd which keeps trying is let in again."""
    if count.network and not count.is_excessive:
        with transaction.atomic():
            Attempt.objects.create(digest=count.network, at=now)
