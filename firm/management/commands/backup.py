"""``backup DEST``: everything of the installation in one encrypted file, while it runs."""

import sys
from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from firm.backups.drill import drill
from firm.backups.making import Made, make_backup, words
from firm.backups.nightly import keep_result
from firm.backups.places import STANDARD, place
from firm.backups.problems import BackupError
from firm.models import BackupRun, BackupState


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("give a whole number from 1 on")
    return int(text)


class Command(BaseCommand):
    """Make one backup, read it back, and say what it holds. See docs/backup.md."""

    help = "Writes database, uploads and archive into one encrypted, verified file. The site goes on meanwhile."

    def add_arguments(self, parser):
        """Add where it goes, and how many are kept there."""
        parser.add_argument("dest", help="a file, a folder, s3://bucket/folder/, or - for the standard output")
        parser.add_argument("--keep", type=_positive, help="delete all but so many of the newest in that folder")
        parser.add_argument("--drill", action="store_true", help="restore it on trial, too, and compare")

    def handle(self, *args, **options):
        """Make it, then delete the oldest."""
        out = self.stderr if options["dest"] == STANDARD else self.stdout
        if options["dest"] == STANDARD and sys.stdout.isatty():
            raise CommandError("The standard output is a screen. Send it somewhere: backup - | ssh …")
        run = BackupRun(began_at=timezone.now(), state=BackupState.FAILED)
        try:
            where = place(options["dest"])
            if options["keep"] and not getattr(where, "is_folder", False):
                raise BackupError("--keep needs a folder: it deletes the oldest backups there.")
            made = make_backup(where)
            self._describe(out, made)
            if options["drill"] and options["dest"] != STANDARD:
                result = drill(made.place, made.written.file_key)
                run.drill = BackupState.SUCCEEDED
                out.write(f"Restored on trial: {result['tables']} tables, {result['rows']:,} rows, all the same.")
            for name in where.prune(options["keep"]) if options["keep"] else ():
                out.write(f"Deleted {name}.")
        except (BackupError, OSError) as error:
            raise CommandError(f"No backup was made, or not all of it worked: {words(error)}") from None
        try:
            keep_result(run, made)
        except Error as error:  # tables of an older release, or a database that can only be read
            self.stderr.write(f"The backup is made, but could not be noted down: {type(error).__name__}.")

    def _describe(self, out, made: Made) -> None:
        files = made.written.manifest["files"]
        out.write(
            f"{made.place}: {made.size:,} bytes, {made.rows:,} rows of {len(made.written.manifest['tables'])} tables,"
            f" {len(files):,} files, {made.seconds:.1f} s. Encrypted, on the disk, and read back."
        )
        for name in made.written.missing:
            out.write(f"Not in it, for the storage does not have it: {name}")
        for name in made.written.unknown_tables:
            out.write(f"Not in it, for no model knows it: the table {name}")
