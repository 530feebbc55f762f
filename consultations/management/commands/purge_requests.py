"""Erase the requests that are past their date, as `Settings → Retention` says."""

from collections import Counter

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.timezone import localtime

from consultations.retention.erasing import purge
from consultations.retention.matter import Matter
from consultations.retention.querysets import Review, review
from consultations.workflow import Status


class Command(BaseCommand):
    """The purge by hand or by cron. Prints references, dates and counts, no names."""

    help = (
        "Erases the requests whose retention has run out, with everything that belongs to them. Can be interrupted and"
        " started again. Ends in error when one could not be erased, or the database's files could not be cleaned."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say what would be erased, and change nothing")

    def handle(self, *args, **options):
        now = timezone.now()
        if options["dry_run"]:
            found = review(now)
            for matter in found.due:
                self.stdout.write(_line(matter))
            self._count("would be erased", found.due)
            self._tell_held_back(found)
            self.stdout.write("Nothing was changed.")
            return
        found = review(now)
        purged = purge(now, tell=lambda matter: self.stdout.write(_line(matter)))
        self._count("erased", purged.erased)
        self._tell_held_back(found)
        if purged.changed:
            self.stdout.write(f"{len(purged.changed)} changed in the meantime and were left alone.")
        if purged.failed:
            names = ", ".join(matter.reference for matter in purged.failed)
            raise CommandError(f"{len(purged.failed)} could not be erased: {names}. Run this again.")
        if not purged.is_clean:
            raise CommandError("Erased, but the database's files could not be cleaned yet. Run this again.")

    def _count(self, what: str, matters: list[Matter]) -> None:
        number = sum(len(matter.references) for matter in matters)
        self.stdout.write(f"{number} {'request' if number == 1 else 'requests'} {what}.")
        for outcome, count in sorted(Counter(matter.outcome for matter in matters).items()):
            self.stdout.write(f"  {Status(outcome).label}: {count}")

    def _tell_held_back(self, found: Review) -> None:
        if found.held_back:
            self.stdout.write(f"{len(found.held_back)} held back although past their date:")
        for matter, reason in found.held_back:
            self.stdout.write(f"  {_line(matter)}: {reason.label}")


def _line(matter: Matter) -> str:
    """Return a matter in words: references, how and when it ended."""
    ended = f"{localtime(matter.ended_at):%Y-%m-%d}"
    others = [one for one in matter.references if one != matter.reference]
    along = f" with {', '.join(others)}" if others else ""
    return f"{matter.reference}{along} ({Status(matter.outcome).label}, {ended})"
