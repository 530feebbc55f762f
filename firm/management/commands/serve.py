"""``make run`` and ``make dev``: the whole site in the foreground, its worker included."""

import os
import signal
import socket
import sys
import time
import urllib.request

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from firm.backups.unfinished import refuse_while_unfinished
from firm.management.commands.load_demo import PASSWORD_FILE, STAFF
from firm.server import installation
from firm.server.processes import Child, preload, start_development_server, start_server, start_worker

START_TIMEOUT = 60
STOP_TIMEOUT = 15


class Command(BaseCommand):
    """Prepare what is missing, start server and worker, and end both together."""

    help = "Serves the site with its worker until Ctrl-C or TERM."
    #: What they find is a fault of the code, which `make lint` finds; they would take a third of the start.
    requires_system_checks = ()

    def add_arguments(self, parser):
        """Add the address to serve at."""
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args, **options):
        """Run until a signal, or until the server ends by itself."""
        self.host, self.port = options["host"], options["port"]
        self.children: dict[str, Child] = {}
        self.is_stopping = False
        refuse_while_unfinished()
        self._refuse_a_taken_port()
        self._prepare()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        address = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        if not settings.DEBUG:
            preload()
        start = start_development_server if settings.DEBUG else start_server
        self.children["server"] = start(address)
        self.children["worker"] = start_worker()
        try:
            self._wait_until_it_answers()
            self._greet()
            status = self._watch()
        finally:
            self._end_children()
        sys.exit(status)

    def _refuse_a_taken_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CommandError(f"Port {self.port} is taken ({error.strerror}). Try: make run PORT=8001") from None

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
        while time.monotonic() < deadline and not self.is_stopping and self.children["server"].is_running:
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        if not self.is_stopping:
            raise CommandError("The server did not start; its own message is above.")

    def _greet(self) -> None:
        if self.is_stopping:
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

    def _watch(self) -> int:
        """Wait; start the worker again should it end; return the exit status."""
        while not self.is_stopping:
            time.sleep(0.3)
            if not self.children["server"].is_running:
                return 0 if self.is_stopping else 1
            if not self.children["worker"].is_running and not self.is_stopping:
                self.stderr.write("The worker ended; starting it again.")
                time.sleep(2)
                self.children["worker"] = start_worker()
        return 0

    def _stop(self, number, frame) -> None:
        self.is_stopping = True

    def _end_children(self) -> None:
        for child in self.children.values():
            child.stop()
        deadline = time.monotonic() + STOP_TIMEOUT
        for child in self.children.values():
            child.wait(max(0.1, deadline - time.monotonic()))
