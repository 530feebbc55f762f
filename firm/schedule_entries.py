"""What the worker does for the door, by the clock."""

from django.core.management import call_command
from django.utils import timezone

from firm.door import letters, sessions, throttle, trail
from firm.schedule import every


def forget() -> None:
    """Clear away sessions that have ended, counts and lines past their time."""
    now = timezone.now()
    for purge in (sessions.purge, throttle.purge, trail.purge):
        purge(now)
    call_command("clearsessions")


every(5, "send mails about accounts", letters.send_waiting, alone=True)
every(3600, "forget ended sessions", forget)
