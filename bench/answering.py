"""Answers requests of a site within one process and reports how long that took; a child of the bench.

``python answering.py MODULE:APPLICATION`` in the folder and with the settings of the site. Each line of stdin is an
order as JSON, each line of stdout the answer. It imports nothing of the project, so that it can ask any site.
"""

import json
import os
import sys
import time
from importlib import import_module
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"


class Answering:
    """The application of a site, called as its server calls it."""

    def __init__(self, target: str, port: str) -> None:
        module, _, name = target.partition(":")
        self.application = getattr(import_module(module), name)
        self.port, self.cookie, self.status, self.headers = port, "", "", []

    def ask(self, address: str) -> tuple[float, float, int]:
        """Answer one GET; return the seconds on the wall and of the processor, and the size of the body."""
        environ = self._environ(address)
        began, busy = time.perf_counter(), time.process_time()
        result = self.application(environ, self._start)
        size = sum(map(len, result))
        wall, processor = time.perf_counter() - began, time.process_time() - busy
        if hasattr(result, "close"):
            result.close()
        return wall, processor, size

    def _start(self, status, headers, exc_info=None) -> None:
        self.status, self.headers = status, headers

    def _environ(self, address: str) -> dict:
        parts = urlsplit(address)
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(parts.path),
            "QUERY_STRING": parts.query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": self.port,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": HOST,
            "HTTP_HOST": f"{HOST}:{self.port}",
            "HTTP_ACCEPT_ENCODING": "br, gzip",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        return environ | ({"HTTP_COOKIE": self.cookie} if self.cookie else {})

    # --- Orders ---------------------------------------------------------------------------------------

    def time(self, address: str, times: int, forget: bool) -> dict:
        """Request it so many times; ``forget`` empties Django's cache before each."""
        cache = import_module("django.core.cache").cache
        wall, processor, size = [], [], 0
        for _ in range(times):
            if forget:
                cache.clear()
            seconds, busy, size = self.ask(address)
            wall.append(seconds)
            processor.append(busy)
        return {"status": int(self.status[:3]), "size": size, "wall": wall, "processor": processor}

    def queries(self, address: str) -> dict:
        """Request it once with an empty cache; return the number of queries."""
        database = import_module("django.db").connection
        capture = import_module("django.test.utils").CaptureQueriesContext(database)
        import_module("django.core.cache").cache.clear()
        with capture as asked:
            self.ask(address)
        return {"status": int(self.status[:3]), "queries": [one["sql"] for one in asked.captured_queries]}

    def enter(self, username: str) -> dict:
        """Log an account in; all later requests are its own. None logs out."""
        self.cookie = ""
        if username:
            auth, settings = import_module("django.contrib.auth"), import_module("django.conf").settings
            user = auth.get_user_model().objects.get(username=username)
            session = import_module(settings.SESSION_ENGINE).SessionStore()
            session[auth.SESSION_KEY] = str(user.pk)
            session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.create()
            self.cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
        return {}

    def body(self, address: str) -> dict:
        """Return what an address answers with, uncompressed."""
        environ = self._environ(address)
        del environ["HTTP_ACCEPT_ENCODING"]
        text = b"".join(self.application(environ, self._start)).decode(errors="replace")
        return {"status": int(self.status[:3]), "text": text}


def main() -> None:
    """Run commands until the input ends; results go to stdout, what the site prints to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path[0] = str(Path.cwd())
    asked = Answering(sys.argv[1], os.environ.get("PORT", "8000"))
    orders = {name: getattr(asked, name) for name in ("time", "queries", "enter", "body")}
    for line in sys.stdin:
        order = json.loads(line)
        answer = orders[order.pop("do")](**order)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
