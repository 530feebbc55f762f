"""This app's scheduled jobs, besides those in `firm.schedule`."""

from django.core.management import call_command
from django.utils import timezone

from firm import rate_limits
from firm.accounts import emails, sessions, sign_in_log
from firm.backups import nightly
from firm.schedule import every


def forget() -> None:
    """Delete ended sessions, and attempts and log entries past their retention."""
    now = timezone.now()
    for purge in (sessions.purge, rate_limits.purge, sign_in_log.purge):
        purge(now)
    call_command("clearsessions")


every(5, "send account e-mails", emails.send_waiting, alone=True)
every(3600, "delete ended sessions", forget)
every(60, "make the nightly backup", nightly.run_due, alone=True)
every(3600, "notify owners of failed backups", nightly.tell_owners)
