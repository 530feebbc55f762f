"""``verify_backup SRC``: whether a backup is whole, without restoring it."""

from django.core.management.base import BaseCommand, CommandError

from firm.backups import archive
from firm.backups.age import identities
from firm.backups.destinations import Destination
from firm.backups.registry import BackupError, one_line
from firm.backups.restoring import refuse_unfit


class Command(BaseCommand):
    help = "Says whether a backup is whole, when it was made and what it holds."

    def add_arguments(self, parser):
        parser.add_argument("src", help="a file, s3://bucket/key, or - for the standard input")
        parser.add_argument("-i", "--identity", default="", help="the file with the secret key; else it is asked for")

    def handle(self, *args, **options):
        try:
            keys = identities(options["identity"])
            with Destination(options["src"]).opened() as file:
                manifest = archive.read(file, keys)
            self.stdout.write(
                f"Whole. Made at {manifest['made_at'][:19]} UTC from {manifest['database']}:"
                f" {sum(manifest['rows'].values()):,} rows of {len(manifest['rows'])} tables,"
                f" {manifest['files'].get('media', 0):,} uploads."
            )
            refuse_unfit(manifest)
        except (BackupError, OSError) as error:
            raise CommandError(one_line(error)) from None
        self.stdout.write("It fits this installation: its database, its release, and its keys.")
