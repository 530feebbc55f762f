"""``drill_backup SRC --scratch NAME``: what a drill runs in a process of its own."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError

from firm.backups.checking import check
from firm.backups.drill import use
from firm.backups.making import words
from firm.backups.places import source
from firm.backups.problems import BackupError
from firm.backups.restoring import load, refuse_unless_empty
from firm.backups.schema import bring_to, refuse_later_tables


class Command(BaseCommand):
    """Restore tables into a scratch database, compare them, and print counts as JSON. Files are read and compared."""

    help = "Used by backup --drill and by the nightly drill; reads the backup's own key from its standard input."
    requires_system_checks = []

    def add_arguments(self, parser):
        """Add the backup and the scratch database."""
        parser.add_argument("src")
        parser.add_argument("--scratch", required=True)
        parser.add_argument("--database", required=True)

    def handle(self, *args, **options):
        """Restore and compare."""
        try:
            use(options["scratch"], options["database"])
            file_key = bytes.fromhex(sys.stdin.readline().strip())
            with source(options["src"]) as file:
                checked = check(file, lambda keys: file_key)
                checked.refuse_without_keys()
                refuse_unless_empty()
                refuse_later_tables(checked.start["migrations"])
                bring_to(checked.start["migrations"])
                load(file, checked, put=lambda section: None)
        except (BackupError, OSError) as error:
            raise CommandError(words(error)) from None
        self.stdout.write(json.dumps({"tables": len(checked.columns), "rows": checked.rows}))
