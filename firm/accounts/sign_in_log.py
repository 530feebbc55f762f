"""Writes the sign-in log: numbers of accounts and shortened networks, never a name or what somebody typed."""

from datetime import datetime, timedelta

from django.utils import timezone

from firm.accounts.networks import network_of
from firm.accounts.sign_in_chain import CHAIN
from firm.models import SignInEvent, SignInKind

#: The database lets nobody delete a line that is younger than this less a day.
RETENTION = timedelta(days=400)
#: An account that is held up in a network is noted once in this time, however often it is tried.
HELD_UP_ONCE = timedelta(minutes=15)


def record(kind: SignInKind, *, account=None, by=None, request=None, method: str = "") -> SignInEvent:
    """Add a line about ``account`` (None: there is none of that name). ``by``, when somebody else did it."""
    event = SignInEvent(
        kind=kind,
        account_id=getattr(account, "pk", account),
        by_id=getattr(by, "pk", None),
        method=method,
        network=network_of(request.META.get("REMOTE_ADDR", "")) if request else "",
    )
    event.mac = CHAIN.mac.make(event)
    event.save(force_insert=True)
    return event


def note_held_up(*, account=None, request) -> None:
    """Add a line about attempts that are refused unchecked, unless there is one already."""
    about = {"account_id": getattr(account, "pk", account), "network": network_of(request.META.get("REMOTE_ADDR", ""))}
    recent = SignInEvent.objects.filter(kind=SignInKind.HELD_UP, at__gt=timezone.now() - HELD_UP_ONCE, **about)
    if not recent.exists():
        record(SignInKind.HELD_UP, account=account, request=request)


def purge(now: datetime) -> int:
    """Delete lines past their retention, once the nightly verification has covered them; return their number."""
    return CHAIN.delete_before(now - RETENTION)
