"""The web server of an installation on servers: one process and its children, which ends when it cannot serve."""

import os

from django.core.management.base import BaseCommand
from django.db import Error

from firm.backups.unfinished import refuse_while_unfinished
from firm.error_page import remember
from firm.models import FirmSettings
from firm.server.processes import Supervisor, bind, handed_over, number_of_processes, preload, start_web_servers


class Command(BaseCommand):
    """Serve until told to stop; requests come to their end.

    Migrations and static files are not its business: they belong to the release.
    """

    help = "Serves the site until TERM."

    def add_arguments(self, parser):
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args, **options):
        refuse_while_unfinished()
        number_of_processes()
        _note_error_page()
        listener = handed_over() or bind(options["host"], options["port"])
        preload()
        supervisor = Supervisor()
        start_web_servers(supervisor, listener)
        supervisor.watch()
        listener.close()
        supervisor.end()


def _note_error_page() -> None:
    """Store on this machine what the error page shows; another one may have saved the settings."""
    try:
        firm = FirmSettings.objects.first()
        if firm:
            remember(firm)
    except Error:  # a database that is away now must not keep the server from coming up
        pass
