"""The server and worker of ``make run``, with the time of every sent form written down.

``python -m bench.timed_server HOST:PORT FILE``: to FILE goes a line of JSON for each POST, as it is answered.
"""

import json
import os
import signal
import sys
import threading
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firm.settings.local")
django.setup()

from firm.server.processes import Child, Server, start_worker  # noqa: E402


class Timing:
    """WSGI middleware that writes down how long a POST took: until its answer is complete, and closed."""

    def __init__(self, application, path: str) -> None:
        self.application, self.at_hand = application, getattr(application, "at_hand", None)
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


class TimedServer(Server):
    """The server of ``make run``, timed."""

    def __init__(self, address: str, path: str) -> None:
        self.path = path
        super().__init__(address)

    def load(self):
        """Return the application with the clock around it."""
        return Timing(super().load(), self.path)


def main(address: str, path: str) -> None:
    """Serve until told to stop."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    children = [Child(lambda: TimedServer(address, path).run()), start_worker()]
    while not stopping.wait(0.3) and children[0].is_running:
        pass
    for child in children:
        child.stop()
    for child in children:
        child.wait(15)


if __name__ == "__main__":
    main(*sys.argv[1:3])
