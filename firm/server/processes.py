"""The processes that serve the site: the web server, for ``make run`` and for servers alike, and the worker.

Each is forked from one that has loaded the site already: a wrong setting ends that one before anything listens,
children start in half the time, and they share its memory.
"""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.urls import reverse
from django.utils.module_loading import import_string
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from firm.settings.environment import Environment

APPLICATION = "firm.wsgi.application"
#: What holds wherever the site is served. A worker is never replaced after some number of requests: pages that are kept
#: count as requests, too, and every replaced worker would have to make them again.
SETTINGS = {
    "worker_class": "firm.reading_server.ReadingWorker",
    "threads": 4,
    "timeout": 60,
    "graceful_timeout": 25,
    "keepalive": 15,
    "loglevel": "warning",
    "forwarded_allow_ips": "",
    "control_socket_disable": True,
}
#: Where workers note that they are alive: in memory, since a slow disk would look like a worker that hangs.
MEMORY = "/dev/shm"  # noqa: S108

#: A visitor waits for an answer, a mail or a picture's small versions can wait a moment.
WORKER_NICENESS = 5

_fork = multiprocessing.get_context("fork")


class Child:
    """A process of ours: forked to run a function, or started anew with a command."""

    def __init__(self, run: Callable[[], None] | list[str]) -> None:
        if callable(run):
            connections.close_all()
            self._process = _fork.Process(target=_as_child, args=(run,))
            self._process.start()
        else:
            self._process = subprocess.Popen(run)

    @property
    def is_running(self) -> bool:
        """True until it has ended."""
        if isinstance(self._process, subprocess.Popen):
            return self._process.poll() is None
        return self._process.is_alive()

    def stop(self) -> None:
        """Ask it to end."""
        if self.is_running:
            self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for its end; kill it when it takes longer."""
        try:
            if isinstance(self._process, subprocess.Popen):
                self._process.wait(seconds)
            else:
                self._process.join(seconds)
        except subprocess.TimeoutExpired:
            pass
        if self.is_running:
            self._process.kill()


def _as_child(run: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    run()


class ServerLog(Logger):
    """Gunicorn's messages among all others, where they are scrubbed as all are; it has no access log."""

    def setup(self, cfg) -> None:
        """Leave the writing to the handlers of the site."""
        super().setup(cfg)
        self.error_log.handlers, self.error_log.propagate = [], True


class Server(BaseApplication):
    """Gunicorn with threaded workers, serving the site that this process has loaded.

    Sockets that systemd hands over are used in place of ``address``, so that they outlive a restart.
    """

    def __init__(self, address: str, **settings) -> None:
        self.settings = SETTINGS | {"bind": address, "workers": number_of_workers()} | settings
        super().__init__()

    def load_config(self) -> None:
        """Take the settings of all servers and those of this one; nothing from files or the command line."""
        if os.access(MEMORY, os.W_OK):
            self.cfg.set("worker_tmp_dir", MEMORY)
        self.cfg.set("logger_class", ServerLog)
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self):
        """Return the application, which this process was forked with."""
        return import_string(APPLICATION)


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
    answer = application(environ, lambda status, headers, failure=None: None)
    if hasattr(answer, "close"):
        answer.close()


def number_of_workers() -> int:
    """Return how many processes answer requests: ``WEB_CONCURRENCY``, else two."""
    return Environment().number("WEB_CONCURRENCY", 2)


def start_server(address: str) -> Child:
    """Start the server at ``host:port``."""
    return Child(lambda: Server(address, graceful_timeout=10, reuse_port=True).run())


def start_development_server(address: str) -> Child:
    """Start Django's own server, which reloads when code changes; it needs a process of its own."""
    return Child([sys.executable, "manage.py", "runserver", address])


def start_worker() -> Child:
    """Start the worker for background tasks and scheduled jobs, behind the server where both want the processor."""
    return Child(_work)


def _work() -> None:
    if hasattr(os, "nice"):
        os.nice(WORKER_NICENESS)
    call_command("run_worker")
