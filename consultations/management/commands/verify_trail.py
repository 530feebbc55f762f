"""Verify the audit trails."""

from django.core.management.base import BaseCommand, CommandError

from consultations.audit.nightly_check import verify_all


class Command(BaseCommand):
    """Names what is wrong and ends with status 1; else prints the fingerprints to write down. Changes nothing."""

    help = "Verifies that nobody has changed, removed, inserted or reordered entries of the audit trails."

    def add_arguments(self, parser):
        parser.add_argument("--expect", default="", dest="requests", help="a fingerprint of the trail of requests")
        parser.add_argument("--expect-sign-ins", default="", dest="signing in", help="one of the trail of signing in")

    def handle(self, *args, **options):
        problems = []
        for name, report in verify_all(options).items():
            if report.problem:
                problems.append(f"The trail of {name} was changed: {report.problem}.")
                continue
            self.stdout.write(f"The trail of {name} is intact: {report.entries} entries.")
            if report.settled.count:
                self.stdout.write(f"Fingerprint of the first {report.settled.count}: {report.settled.fingerprint}")
        if problems:
            raise CommandError(" ".join(problems))
