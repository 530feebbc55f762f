"""``backup DEST``: everything of the installation in one encrypted file, while it runs."""

import sys
from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from firm.backups.destinations import STANDARD, Destination
from firm.backups.drill import drill
from firm.backups.making import Made, make_backup
from firm.backups.registry import BackupError, one_line
from firm.models import BackupRun, BackupState


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("give a whole number from 1 on")
    return int(text)


class Command(BaseCommand):
    help = "Writes database, uploads and archive into one encrypted, verified file. The site goes on meanwhile."

    def add_arguments(self, parser):
        parser.add_argument("dest", help="a file, a folder, s3://bucket/folder/, or - for the standard output")
        parser.add_argument("--keep", type=_positive, help="delete all but so many of the newest in that folder")
        parser.add_argument("--drill", action="store_true", help="restore it on trial, too, and use what comes of it")

    def handle(self, *args, **options):
        out = self.stderr if options["dest"] == STANDARD else self.stdout
        if options["dest"] == STANDARD and sys.stdout.isatty():
            raise CommandError("The standard output is a screen. Send it somewhere: backup - | ssh …")
        run = BackupRun(began_at=timezone.now(), state=BackupState.FAILED)
        try:
            where = Destination(options["dest"])
            if options["keep"] and not where.is_folder:
                raise BackupError("--keep needs a folder: it deletes the oldest backups there.")
            made = make_backup(where, out.write)
            self._describe(out, made)
            if options["drill"] and not where.is_standard:
                for line in ["Restored on trial:", *drill(made)]:
                    out.write(line)
                run.drill = BackupState.SUCCEEDED
            for name in where.prune(options["keep"]) if options["keep"] else ():
                out.write(f"Deleted {name}.")
        except (BackupError, OSError) as error:
            raise CommandError(f"No backup was made, or not all of it worked: {one_line(error)}") from None
        try:
            run.succeed(missing_files=len(made.manifest["missing"]))
        except Error as error:  # a database that can only be read
            self.stderr.write(f"The backup is made, but could not be noted down: {type(error).__name__}.")

    def _describe(self, out, made: Made) -> None:
        rows, files = made.manifest["rows"], made.manifest["files"]
        out.write(
            f"{made.where.name}: {made.size:,} bytes, {sum(rows.values()):,} rows of {len(rows)} tables,"
            f" {files['media'] + files['archive']:,} files, {made.seconds:.1f} s."
            " Encrypted, on the disk, and read back."
        )
        for name in made.manifest["missing"]:
            out.write(f"Not in it, for the storage does not have it: {name}")
