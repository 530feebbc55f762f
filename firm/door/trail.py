"""Writes the trail of signing in: numbers of accounts and shortened networks, never a name or what somebody typed."""

from datetime import datetime, timedelta

from firm.door.networks import network_of
from firm.models import SignInEvent, SignInKind

KEPT = timedelta(days=400)


def record(kind: SignInKind, *, account=None, by=None, request=None, method: str = "") -> SignInEvent:
    """Add a line about ``account`` (None: there is none of that name). ``by``, when somebody else did it."""
    return SignInEvent.objects.create(
        kind=kind,
        account_id=getattr(account, "pk", account),
        by_id=getattr(by, "pk", None),
        method=method,
        network=network_of(request.META.get("REMOTE_ADDR", "")) if request else "",
    )


def purge(now: datetime) -> int:
    """Forget lines past their time; return how many those were."""
    return SignInEvent.objects.filter(at__lt=now - KEPT).delete()[0]
