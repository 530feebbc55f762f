"""The server and worker of ``make run``, with the time of every sent form written down.

``python -m bench.timed_server HOST:PORT FILE``: to FILE goes a line of JSON for each POST, as it is answered.
"""

import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firm.settings.local")
django.setup()

from django.utils.module_loading import import_string  # noqa: E402

from firm.server.processes import APPLICATION, Supervisor, bind, fork, start_worker  # noqa: E402
from firm.server.web_server import SETTINGS, serve  # noqa: E402


class Timing:
    """WSGI middleware that writes down how long a POST took: until its answer is complete, and closed."""

    def __init__(self, application, path: str) -> None:
        self.application = application
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def __call__(self, environ, start_response):
        """Answer a request."""
        if environ["REQUEST_METHOD"] != "POST":
            return self.application(environ, start_response)
        began, busy, told = time.perf_counter(), time.thread_time(), []

        def start(status, headers, *rest):
            told.append(status)
            return start_response(status, headers, *rest)

        result = self.application(environ, start)
        try:
            return [b"".join(result)]
        finally:
            if hasattr(result, "close"):
                result.close()
            self._note(told[-1], time.perf_counter() - began, time.thread_time() - busy)

    def _note(self, status: str, wall: float, processor: float) -> None:
        line = {"status": int(status[:3]), "wall": wall, "processor": processor}
        os.write(self.file, (json.dumps(line) + "\n").encode())


def main(address: str, path: str) -> None:
    """Serve until told to stop."""
    host, _, port = address.rpartition(":")
    listener = bind(host, int(port))
    listener.listen(SETTINGS["backlog"])
    supervisor = Supervisor()
    for number in (1, 2):
        application = Timing(import_string(APPLICATION), path)
        supervisor.start(
            f"web server {number}", lambda application=application: fork(lambda: serve(application, listener))
        )
    supervisor.start("worker", lambda: start_worker(listener))
    supervisor.watch()
    listener.close()
    supervisor.end()


if __name__ == "__main__":
    main(*sys.argv[1:3])
