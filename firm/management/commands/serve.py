"""``make run`` and ``make dev``: the whole site in the foreground, its worker included."""

import os
import time
import urllib.request

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from firm.backups.unfinished import refuse_while_unfinished
from firm.management.commands.load_demo import PASSWORD_FILE, STAFF
from firm.server import installation
from firm.server.processes import (
    Supervisor,
    bind,
    preload,
    start_development_server,
    start_web_servers,
    start_worker,
)

START_TIMEOUT = 60


class Command(BaseCommand):
    help = "Serves the site with its worker until Ctrl-C or TERM."
    #: What they find is a fault of the code, which `make lint` finds; they would take a third of the start.
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args, **options):
        self.host, self.port = options["host"], options["port"]
        refuse_while_unfinished()
        listener = bind(self.host, self.port)
        self._prepare()
        self.supervisor = Supervisor()
        if settings.DEBUG:
            listener.close()
            address = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
            self.supervisor.start("development server", lambda: start_development_server(address))
        else:
            preload()
            start_web_servers(self.supervisor, listener)
        self.supervisor.start("worker", lambda: start_worker(listener))
        try:
            self._wait_until_it_answers()
            self._greet()
            self.supervisor.watch()
        finally:
            listener.close()
            self.supervisor.end()

    def _prepare(self) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        for message, step in (
            ("Database is up to date", installation.migrate),
            ("Static files are collected", None if settings.DEBUG else installation.collect_static),
            ("Demo content is in place", installation.load_demo_when_empty),
        ):
            if step and step():
                self.stdout.write(f"  {message}.")

    def _wait_until_it_answers(self) -> None:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/healthz"
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and not self._is_stopping and self.supervisor.are_all_running:
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        if not self._is_stopping:
            raise CommandError("The server did not start; its own message is above.")

    @property
    def _is_stopping(self) -> bool:
        return self.supervisor.stopping.is_set()

    def _greet(self) -> None:
        if self._is_stopping:
            return
        lines = ["", f"  Site        {settings.SITE_URL}/", f"  Staff       {settings.SITE_URL}/admin/"]
        path = settings.DATA_DIR / PASSWORD_FILE
        if os.environ.get("DEMO_PASSWORD"):
            password = "the one in DEMO_PASSWORD"
        else:
            password = path.read_text().strip() if path.exists() else ""
        if password:
            lines += [f"  Logins      {', '.join(STAFF)}", f"  Password    {password}"]
        lines += [f"  State       {settings.DATA_DIR}", "  Stop        Ctrl-C", ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
