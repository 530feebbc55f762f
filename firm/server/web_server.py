"""The web server of one process: waitress with this site's limits, headers on its own errors, and an orderly end.

Waitress reads whole requests and sends responses in one loop, so that slow visitors hold no thread. nginx stands in
front of it on servers; for `make run` it faces visitors itself.
"""

import copy
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask

from firm.middleware import error_headers, is_admin_path

#: Bytes of a request's first line and headers, of a visitor's body, of what staff upload.
MAX_HEAD, MAX_BODY, MAX_UPLOAD = 32 * 1024, 1024 * 1024, 32 * 1024 * 1024
#: More requests than this in one packet, sent without waiting for a response, end the connection: no browser does it.
MAX_PIPELINED = 8
#: Descriptors of a process where the system allows as many, and connections: 1,024 descriptors are enough for those.
DESCRIPTORS, CONNECTIONS = 4096, 900
#: Seconds in which requests come to their end after TERM, and in which a new connection has to send its first one.
GRACE, FIRST_REQUEST = 25, 2
SETTINGS = {
    "threads": 4,
    "backlog": 2048,
    "connection_limit": CONNECTIONS,
    "channel_timeout": 30,
    "cleanup_interval": 5,
    "asyncore_use_poll": True,
    "max_request_header_size": MAX_HEAD,
    "max_request_body_size": MAX_UPLOAD + 1,
    # What visitors send and are sent stays in memory: a full folder for temporary files concerns uploads alone.
    "inbuf_overflow": MAX_BODY + 1,
    # No thread waits for a slow reader: the rest of a response is left to the loop, however long it is.
    "outbuf_high_watermark": 2**40,
    # Head and body leave together. A head alone, from a process that is killed, would keep nginx from asking another.
    "send_bytes": 4096,
    "ident": None,
    "clear_untrusted_proxy_headers": False,  # `TrustedProxyMiddleware` decides by TRUSTED_PROXIES
}


class RequestParser(HTTPRequestParser):
    """Takes as much of a body as the address may be sent."""

    is_last = False

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a length of more digits than Python reads
            raise ParsingError("Content-Length is invalid") from error
        if self.is_last:
            self.headers["CONNECTION"] = "close"
        if not is_admin_path(self.path):
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = MAX_BODY + 1


class Refusal(ErrorTask):
    """An error that waitress answers by itself, with the headers of the site."""

    def execute(self) -> None:
        self.response_headers.extend(error_headers())
        super().execute()


class Connection(HTTPChannel):
    parser_class = RequestParser
    error_task_class = Refusal

    def received(self, data: bytes) -> bool:
        is_taken = super().received(data)
        if len(self.requests) > MAX_PIPELINED:
            self.will_close = True
        return is_taken

    def is_busy(self) -> bool:
        """True while a request is arriving or being answered, or may still come over a new connection."""
        is_new = time.time() - self.creation_time < FIRST_REQUEST
        return bool(is_new or self.request or self.requests or self.total_outbufs_len)


def serve(application: Callable, listener: socket.socket) -> None:
    """Serve at a listening socket until TERM, or until the parent process has ended; requests come to their end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < DESCRIPTORS and hard != soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS if hard == -1 else min(hard, DESCRIPTORS), hard))
    server = create_server(application, sockets=[listener], **SETTINGS)
    server.channel_class = Connection
    stopping, parent = threading.Event(), os.getppid()

    def stop(number, frame) -> None:
        stopping.set()
        server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, too, which sends TERM
    while not stopping.is_set() and os.getppid() == parent:
        _turn(server, 1)
    _finish(server)


def _turn(server, seconds: float) -> None:
    wasyncore.loop(seconds, use_poll=True, map=server._map, count=1)


def _finish(server) -> None:
    """Take the connections that wait to be accepted, and no more; answer what has been asked, and close."""
    RequestParser.is_last = True
    accepted = -1
    while accepted != len(server.active_channels):
        accepted = len(server.active_channels)
        server.handle_accept()
    server.del_channel()
    server.socket.close()
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and any(one.is_busy() for one in server.active_channels.values()):
        _turn(server, 0.1)
    server.task_dispatcher.shutdown(timeout=1)
