"""Bring known parties from a CSV file into the register of the conflict check."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from consultations.conflicts.parties_file import NotAPartiesFile, import_parties


class Command(BaseCommand):
    help = (
        "Reads a CSV file with the columns name, role, aliases, kind, matter, note (name and role are required) into"
        " the register of known parties. The same file again adds nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")

    def handle(self, *args, **options):
        try:
            outcome = import_parties(options["file"], is_dry_run=options["dry_run"])
        except NotAPartiesFile as reason:
            raise CommandError(str(reason)) from None
        for number, why in outcome.refused:
            self.stderr.write(f"Line {number}: {why}.")
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{outcome.added} {would}added, {outcome.changed} {would}changed,"
            f" {outcome.unchanged} known already, {len(outcome.refused)} left out."
        )
        if outcome.erased:
            self.stdout.write(f"{outcome.erased} are of persons whose data were erased; they stay so.")
