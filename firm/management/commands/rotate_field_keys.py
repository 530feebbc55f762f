"""Re-encrypt everything with the newest key of ``FIELD_ENCRYPTION_KEYS``, while the site runs."""

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS

from firm.encryption.key_rotation import rotate


class Command(BaseCommand):
    help = (
        "Re-encrypts every encrypted value with the newest key, and rebuilds the keyed indexes. Can be interrupted and"
        " started again. Ends in error while anything is left under an older key: keep those keys until it does not."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="count what would be renewed, and change nothing")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="alias of the database")

    def handle(self, *args, **options):
        remaining = 0
        for tally in rotate(apps, using=options["database"], dry_run=options["dry_run"]):
            remaining += tally.remaining
            line = f"{tally.label}: {tally.outdated} under older keys"
            if not options["dry_run"]:
                line += f", {tally.renewed} rows renewed, {tally.remaining} left"
            if tally.obsolete:
                line += (
                    f"; {tally.obsolete} of erased rows stay under older keys, and are found only while those are kept"
                )
            self.stdout.write(line)
        if options["dry_run"]:
            self.stdout.write("Nothing was changed.")
        elif remaining:
            raise CommandError(
                f"{remaining} are still under older keys. Leave all keys in the settings and run this again."
            )
        else:
            self.stdout.write("Nothing is left under older keys.")
