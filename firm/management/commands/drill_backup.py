"""``drill_backup --database NAME``: what a drill runs in a process of its own."""

import json
import sys
from pathlib import Path
from traceback import extract_tb

from django.core.management.base import BaseCommand, CommandError

from firm.backups import drill_steps
from firm.backups.registry import BackupError


class Command(BaseCommand):
    help = "Used by backup --drill and by the nightly drill: publishes, searches, signs in, opens a request."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--database", required=True)

    def handle(self, *args, **options):
        expected = json.load(sys.stdin)
        drill_steps.use(options["database"])
        try:
            for line in drill_steps.run(expected):
                self.stdout.write(line)
        except BackupError as error:
            raise CommandError(str(error)) from None
        except Exception as error:
            # Its words may quote a row, and end up in mails and logs.
            at = extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} in {Path(at.filename).name}:{at.lineno}"
            raise CommandError(f"The restored site cannot be used: {where}.") from error
