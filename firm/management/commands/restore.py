"""``restore SRC``: an empty installation becomes what the backup holds."""

import time

from django.core.management.base import BaseCommand, CommandError

from firm.backups.making import words
from firm.backups.opening import opener
from firm.backups.places import source
from firm.backups.problems import BackupError
from firm.backups.restoring import restore

NEXT = """
What to do next, in this order (docs/backup.md says more):
  1. manage.py purge_requests        what had been erased by date goes again
  2. Erase by hand what was erased by hand since {made_at}.
  3. Look at Undelivered mail before the worker starts: {made_at} is when the waiting messages were waiting.
  4. Start the site. Everybody signs in again.
  5. manage.py backup DEST           the next backup, now"""


class Command(BaseCommand):
    """Verify a backup, restore it, and compare. Changes nothing where there is anything already."""

    help = "Restores a backup into an empty installation, after verifying all of it."

    def add_arguments(self, parser):
        """Add the backup, and where its secret key is."""
        parser.add_argument("src", help="a file, s3://bucket/key, or - for the standard input")
        parser.add_argument("--secret-file", default="", help="the secret key; else BACKUP_SECRET, else asked")
        parser.add_argument(
            "--accept-unreadable", action="store_true", help="restore even if keys of sealed fields are missing"
        )

    def handle(self, *args, **options):
        """Restore, and say what comes next."""
        began = time.monotonic()
        try:
            with source(options["src"]) as file:
                restored = restore(
                    file,
                    opener(options["secret_file"]),
                    accept_unreadable=options["accept_unreadable"],
                    report=self.stdout.write,
                )
        except (BackupError, OSError) as error:
            raise CommandError(f"Not restored: {words(error)}") from None
        self.stdout.write(
            f"Restored {restored.rows:,} rows of {len(restored.columns)} tables and"
            f" {len(restored.manifest['files']):,} files in {time.monotonic() - began:.0f} s. Every table was compared"
            " with the backup, and is the same."
        )
        for name in restored.manifest["missing"]:
            self.stdout.write(f"The backup does not have the file {name}; the storage did not have it either.")
        self.stdout.write(NEXT.format(made_at=restored.start["made_at"][:16].replace("T", " ") + " UTC"))
