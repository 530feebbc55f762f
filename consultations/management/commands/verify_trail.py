"""Verify the chains over the trails."""

from django.core.management.base import BaseCommand, CommandError

from consultations.audit.nightly_check import TRAILS


class Command(BaseCommand):
    """Names the first broken line and ends with status 1; else prints the fingerprints to write down."""

    help = "Verifies that nobody has changed, removed, inserted or reordered lines of the trails."

    def add_arguments(self, parser):
        """Add what was written down, for each trail."""
        parser.add_argument("--expect", default="", dest="requests", help="a fingerprint of the trail of requests")
        parser.add_argument("--expect-sign-ins", default="", dest="signing in", help="one of the trail of signing in")

    def handle(self, *args, **options):
        """Go through all of them; change nothing."""
        problems = []
        for name, chain in TRAILS.items():
            report = chain.verify(options[name])
            if report.problem:
                problems.append(f"The trail of {name} is broken: {report.problem}.")
                continue
            self.stdout.write(f"The trail of {name}: {report.lines} lines hold; {report.unsealed} are not chained yet.")
            if report.fingerprint:
                self.stdout.write(f"Fingerprint: {report.fingerprint}")
        if problems:
            raise CommandError(" ".join(problems))
