"""The web server of an installation on servers: one process that ends when it cannot serve."""

import os

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connections

from firm.backups.unfinished import refuse_while_unfinished
from firm.error_page import remember
from firm.models import FirmSettings
from firm.server.processes import Server, number_of_workers


class Command(BaseCommand):
    """Serve until told to stop: TERM lets requests come to their end, INT and QUIT do not.

    Migrations and static files are not its business: they belong to the release.
    """

    help = "Serves the site with gunicorn until TERM."

    def add_arguments(self, parser):
        """Add the address to listen at; sockets from systemd come before it."""
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args, **options):
        """Become the server."""
        refuse_while_unfinished()
        if number_of_workers() < 1:
            raise CommandError("WEB_CONCURRENCY must be 1 or more.")
        _note_error_page()
        connections.close_all()
        host, port = options["host"], options["port"]
        Server(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", preload_app=True).run()


def _note_error_page() -> None:
    """Keep on this machine what the error page shows; another one may have saved the settings."""
    try:
        firm = FirmSettings.objects.first()
        if firm:
            remember(firm)
    except Error:  # a database that is away now must not keep the server from coming up
        pass
