"""The processes that serve the site: web servers that share one socket, and the worker, tended by their parent.

Each is forked from one that has loaded the site already: a wrong setting ends that one before anything listens,
children start in half the time, and they share its memory.
"""

import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.urls import reverse
from django.utils.module_loading import import_string

from firm.server.web_server import GRACE, SETTINGS, serve
from firm.settings.environment import Environment

APPLICATION = "firm.wsgi.application"
#: A visitor waits for a response, a mail or a picture's small versions can wait a moment.
WORKER_NICENESS = 5
#: Seconds between two looks at the children; one that ends at once is started again no more often.
CHECK_EVERY = 0.5
#: The descriptor of the first socket that systemd hands over (sd_listen_fds(3)).
HANDED_OVER = 3

_fork = multiprocessing.get_context("fork")


def fork(run: Callable[[], None]) -> BaseProcess:
    """Start a process of ours that runs a function."""
    connections.close_all()
    process = _fork.Process(target=_as_child, args=(run,))
    process.start()
    return process


def _as_child(run: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    run()


class Supervisor:
    """Starts children, starts those again that end, and ends all of them at INT or TERM."""

    def __init__(self) -> None:
        self.children: dict[str, BaseProcess] = {}
        self._starts: dict[str, Callable[[], BaseProcess]] = {}
        self.stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *given: self.stopping.set())

    def start(self, name: str, start: Callable[[], BaseProcess]) -> None:
        self._starts[name] = start
        self.children[name] = start()

    @property
    def are_all_running(self) -> bool:
        return all(child.is_alive() for child in self.children.values())

    def watch(self) -> None:
        while not self.stopping.wait(CHECK_EVERY):
            for name, child in self.children.items():
                if not child.is_alive():
                    sys.stderr.write(f"The {name} ended; starting it again.\n")
                    self.children[name] = self._starts[name]()

    def end(self) -> None:
        """End the children; kill those that take longer than requests are given."""
        for child in self.children.values():
            child.terminate()
        deadline = time.monotonic() + GRACE + 5
        while any(child.is_alive() for child in self.children.values()):
            if time.monotonic() > deadline:
                for child in self.children.values():
                    child.kill()
            time.sleep(0.02)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket at an address, taken but not listening yet. Raises `CommandError` when the port is taken."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        raise CommandError(f"Port {port} is taken ({error.strerror}). Try another: PORT=8001") from None
    return bound


def handed_over() -> socket.socket | None:
    """Return the socket that systemd holds for us, which outlives a restart; None without one."""
    if os.environ.pop("LISTEN_PID", "") != str(os.getpid()) or os.environ.pop("LISTEN_FDS", "") != "1":
        return None
    return socket.socket(fileno=HANDED_OVER)


def preload() -> None:
    """Load what the children need: they begin at once, and share the memory of it as long as nobody writes there.

    Call it when database and static files are as they will be served. A page is made once, which loads what makes
    pages. What is loaded is put out of the garbage collector's reach, since its marks would be such writing.
    """
    application = import_string(APPLICATION)
    for address in ("/", reverse("wagtailadmin_login")):
        _ask(application, address)
    connections.close_all()
    gc.collect()
    gc.freeze()


def _ask(application, path: str) -> None:
    site = urlsplit(settings.SITE_URL)
    environ = {"PATH_INFO": path, "HTTP_HOST": site.netloc, "wsgi.url_scheme": site.scheme, "REMOTE_ADDR": "127.0.0.1"}
    setup_testing_defaults(environ)
    response = application(environ, lambda status, headers, failure=None: None)
    if hasattr(response, "close"):
        response.close()


def number_of_processes() -> int:
    """Return how many processes answer requests: ``WEB_CONCURRENCY``, else two."""
    return Environment().number("WEB_CONCURRENCY", 2, least=1)


def start_web_servers(supervisor: Supervisor, listener: socket.socket) -> None:
    """Listen, and start the processes that answer."""
    listener.listen(SETTINGS["backlog"])
    for number in range(1, number_of_processes() + 1):
        supervisor.start(f"web server {number}", lambda: fork(lambda: serve(import_string(APPLICATION), listener)))


def start_development_server(address: str) -> BaseProcess:
    """Start Django's own server, which reloads when code changes, in a new program in place of the fork."""
    return fork(lambda: os.execv(sys.executable, [sys.executable, "manage.py", "runserver", address]))  # noqa: S606


def start_worker(listener: socket.socket) -> BaseProcess:
    """Start the worker for background tasks and scheduled jobs, behind the server where both want the processor."""
    return fork(lambda: _work(listener))


def _work(listener: socket.socket) -> None:
    listener.close()  # with the web servers gone, nobody should wait at it
    if hasattr(os, "nice"):
        os.nice(WORKER_NICENESS)
    call_command("run_worker")
