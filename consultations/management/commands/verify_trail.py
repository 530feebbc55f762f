"""Verify the chain over the audit trail."""

from django.core.management.base import BaseCommand, CommandError

from consultations.trail_chain import verify


class Command(BaseCommand):
    """Names the first broken line and ends with status 1; else prints the fingerprint to write down."""

    help = "Verifies that nobody has changed, removed, inserted or reordered lines of the audit trail."

    def add_arguments(self, parser):
        """Add what was written down."""
        parser.add_argument("--expect", default="", help="a fingerprint from before, such as 1234-0f3a9c2b7d41")

    def handle(self, *args, **options):
        """Go through all of it; change nothing."""
        report = verify(options["expect"])
        if report.problem:
            raise CommandError(f"The trail is broken: {report.problem}.")
        self.stdout.write(f"{report.lines} lines hold; {report.unsealed} are not chained yet.")
        if report.fingerprint:
            self.stdout.write(f"Fingerprint: {report.fingerprint}")
