"""``restore SRC``: an empty installation becomes what the backup holds."""

import time

from django.core.management.base import BaseCommand, CommandError

from firm.backups.age import identities
from firm.backups.destinations import Destination
from firm.backups.registry import BackupError, one_line
from firm.backups.restoring import restore

NEXT = """
What to do next, in this order (docs/backup.md says more):
  1. manage.py purge_requests        what had been erased by date goes again
  2. Erase by hand what was erased by hand since {made_at}.
  3. Start the site. Everybody signs in again.
  4. manage.py backup DEST           the next backup, now"""


class Command(BaseCommand):
    help = "Restores a backup into an empty installation, after verifying all of it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("src", help="a file, s3://bucket/key, or - for the standard input")
        parser.add_argument("-i", "--identity", default="", help="the file with the secret key; else it is asked for")
        parser.add_argument(
            "--accept-unreadable", action="store_true", help="restore even if keys of encrypted fields are missing"
        )

    def handle(self, *args, **options):
        began = time.monotonic()
        try:
            keys = identities(options["identity"])
            with Destination(options["src"]).opened() as file:
                manifest = restore(file, keys, accept_unreadable=options["accept_unreadable"], report=self.stdout.write)
        except (BackupError, OSError) as error:
            raise CommandError(f"Not restored: {one_line(error)}") from None
        self.stdout.write(
            f"Restored {sum(manifest['rows'].values()):,} rows of {len(manifest['rows'])} tables, as many as in the"
            f" backup, in {time.monotonic() - began:.0f} s."
        )
        for name in manifest["missing"]:
            self.stdout.write(f"The backup does not have the file {name}; the storage did not have it either.")
        self.stdout.write(NEXT.format(made_at=manifest["made_at"][:16].replace("T", " ") + " UTC"))
