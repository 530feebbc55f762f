"""``verify_backup SRC``: whether a backup is whole, without restoring it."""

from django.core.management.base import BaseCommand, CommandError

from firm.backups.checking import check
from firm.backups.making import words
from firm.backups.opening import opener
from firm.backups.places import source
from firm.backups.problems import BackupError


class Command(BaseCommand):
    """Read a backup through. Changes nothing."""

    help = "Says whether a backup is whole, when it was made and what it holds."

    def add_arguments(self, parser):
        """Add the backup, and where its secret key is."""
        parser.add_argument("src", help="a file, s3://bucket/key, or - for the standard input")
        parser.add_argument("--secret-file", default="", help="the secret key; else BACKUP_SECRET, else asked")

    def handle(self, *args, **options):
        """Read it, and describe it."""
        try:
            with source(options["src"]) as file:
                checked = check(file, opener(options["secret_file"]))
            self.stdout.write(
                f"Whole. Made at {checked.start['made_at'][:19]} UTC from {checked.start['database']}:"
                f" {checked.rows:,} rows of {len(checked.columns)} tables, {len(checked.manifest['files']):,} files."
            )
            checked.refuse_without_keys()
        except (BackupError, OSError) as error:
            raise CommandError(words(error)) from None
        self.stdout.write("The keys of this installation open what is sealed in it.")
