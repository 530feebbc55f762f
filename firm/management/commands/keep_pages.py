"""The keeper of the pages that nginx serves by itself."""

import os
import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from firm.page_keeper import Keeper, only_one


class Command(BaseCommand):
    """Run until told to stop, one on each host with nginx; it keeps no state of its own, and a second one stands by."""

    help = "Says to nginx, ten times a second, which of the pages in PAGES_DIR hold."

    def handle(self, *args, **options):
        """Keep the links until a signal."""
        if not settings.PAGES_DIR:
            raise CommandError("PAGES_DIR is not set: there are no pages to keep.")
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *given: stopped.set())
        lock = only_one(settings.PAGES_DIR, stopped)
        if lock is not None:
            Keeper(settings.PAGES_DIR).run(stopped)
            os.close(lock)
