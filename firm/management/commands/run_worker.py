"""The worker: background tasks from the database, and scheduled jobs. Several may run; each task is taken by one."""

from django.core.management import call_command
from django.core.management.base import BaseCommand

from firm import schedule
from firm.backups.unfinished import refuse_while_unfinished


class Command(BaseCommand):
    help = "Runs background tasks and scheduled jobs until it is stopped."

    def handle(self, *args, **options):
        refuse_while_unfinished()
        schedule.start()
        call_command(
            "db_worker", "--backend", "worker", "--queue-name", "*", "--no-reload", "--no-startup-delay", "-v", "0"
        )
