"""The server's worker process: a request takes up a thread only once all of it has arrived.

Gunicorn's threads read requests themselves, so a handful of visitors who send a byte now and then would occupy all of
them. Here one loop reads from everybody, with a deadline for each, and refuses at once what would be too much. What it
has at hand, a finished page, it answers itself.
"""

import sys
import time
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_WR, SO_SNDBUF, SOL_SOCKET
from tempfile import SpooledTemporaryFile

from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from firm.plain_requests import answer_at_hand, environ_of
from firm.refusals import MAX_HEAD, Refused, WithHeaders, body_length, refusal
from firm.whole_answers import HeadWithBody

#: Seconds in which a head has to arrive; a body has as many, and one more for each so many bytes.
HEAD_SECONDS, BODY_SECONDS, BYTES_A_SECOND = 10.0, 20.0, 20_000
#: As many connections of a process may be read from; beyond, the one that has begun first is closed.
MAX_READING = 800
#: Bytes of a body that are held in memory; more go to a file.
IN_MEMORY = 64 * 1024
#: Bytes of an answer that the system takes at once, so that who reads slowly holds no thread: any page, most files.
SEND_BUFFER = 400 * 1024
LINGER_SECONDS = 2.0
#: Seconds in which who reads slowly takes the rest of a page.
SEND_SECONDS = 20.0
#: Seconds after which a thread lets another one run. An answer in a thread waits for the loop after each question to
#: the database; with Python's own ten times as many, the pages that the loop answers would hold up every form.
TURN_SECONDS = 0.0005


@dataclass
class Arriving:
    """A request on its way."""

    head: bytearray = field(default_factory=bytearray)
    body: SpooledTemporaryFile | None = None
    missing: int = 0
    deadline: float = field(default_factory=lambda: time.monotonic() + HEAD_SECONDS)
    is_refused: bool = False


class ReadingWorker(ThreadWorker):
    """Reads whole requests in one loop, and has threads answer them."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[TConn, Arriving] = {}
        self.leftover: dict[TConn, bytes] = {}

    def run(self) -> None:
        """Serve, taking short turns."""
        sys.setswitchinterval(TURN_SECONDS)
        super().run()

    # --- Where connections come from ----------------------------------------------------------

    def accept(self, listener) -> None:
        """Take a connection, and wait for what it sends."""
        try:
            sock, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        sock.setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER)
        conn = TConn(self.cfg, sock, address, listener.getsockname())
        conn.initialized, conn.parser = True, get_parser(self.cfg, sock, address)
        self._await(conn, Arriving())

    def set_accept_enabled(self, enabled: bool) -> None:
        """Take connections, or none; a server that stops takes those that were made already, and leaves at once.

        Gunicorn would listen to its end and answer nobody: who comes meanwhile shall be refused, and ask another one.
        """
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            before = None
            while before != self.nr_conns:
                before = self.nr_conns
                self.accept(listener)
            listener.close()
        self.sockets = []

    def on_client_socket_readable(self, conn, client) -> None:
        """Read the next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await(conn, Arriving())

    def finish_request(self, conn, fs) -> None:
        """Keep or close the connection; go on at once with a request that came along with the last one."""
        rest = self.leftover.pop(conn, b"")
        super().finish_request(conn, fs)
        if rest and conn in self.keepalived_conns:
            self.on_client_socket_readable(conn, conn.sock)
            self._take(conn, rest)

    def _await(self, conn, arriving: Arriving) -> None:
        conn.sock.setblocking(False)
        self.arriving[conn] = arriving
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, conn))
        if len(self.arriving) > MAX_READING:
            self._drop(next(iter(self.arriving)))

    # --- What arrives -------------------------------------------------------------------------

    def _read(self, conn, sock) -> None:
        try:
            data = sock.recv(64 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(conn, data)
        else:
            self._drop(conn)

    def _take(self, conn, data: bytes) -> None:
        """Add what has come; hand the request over when it is whole."""
        arriving = self.arriving[conn]
        if arriving.is_refused:
            return
        try:
            if arriving.body is None:
                if not arriving.head:
                    arriving.deadline = time.monotonic() + HEAD_SECONDS
                    if data.endswith(b"\r\n\r\n") and self._has_answered(conn, data):
                        return
                data = self._take_head(conn, arriving, data)
            if arriving.body is None:
                return
        except Refused as refused:
            self._refuse(conn, refused.status)
            return
        taken = data[: arriving.missing]
        arriving.body.write(taken)
        arriving.missing -= len(taken)
        if not arriving.missing:
            self._hand_over(conn, arriving, data[len(taken) :])

    def _take_head(self, conn, arriving: Arriving, data: bytes) -> bytes:
        """Return what follows the head, once that is whole."""
        begin = max(0, len(arriving.head) - 3)
        arriving.head += data
        end = arriving.head.find(b"\r\n\r\n", begin)
        if end > MAX_HEAD or (end < 0 and len(arriving.head) > MAX_HEAD):
            raise Refused(431)
        if end < 0:
            return b""
        rest = bytes(arriving.head[end + 4 :])
        del arriving.head[end + 4 :]
        arriving.missing = body_length(bytes(arriving.head[:end]))
        arriving.body = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by whoever reads it
        arriving.deadline = time.monotonic() + BODY_SECONDS + arriving.missing / BYTES_A_SECOND
        if arriving.missing > len(rest) and b"100-continue" in arriving.head.lower():
            conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return rest

    def _hand_over(self, conn, arriving: Arriving, rest: bytes) -> None:
        """Let a thread answer; it reads from here, not from the network."""
        self.poller.unregister(conn.sock)
        del self.arriving[conn]
        if rest:
            self.leftover[conn] = rest
        arriving.body.seek(0)
        unreader = conn.parser.unreader
        unreader.unread(bytes(arriving.head))
        unreader.chunk = partial(_chunk, arriving.body)
        conn.data_ready = True
        self.enqueue_req(conn)

    def handle_request(self, req, conn) -> bool:
        """Answer, in a thread; the head leaves with the body."""
        sock = conn.sock
        conn.sock = whole = HeadWithBody(sock)
        try:
            is_kept = super().handle_request(req, conn)
            whole.end()
            return is_kept
        finally:
            conn.sock = sock

    # --- What is at hand ----------------------------------------------------------------------

    def _has_answered(self, conn, data: bytes) -> bool:
        """Answer when it is a whole plain request for a finished page; else leave everything as it is."""
        at_hand = getattr(self.wsgi, "at_hand", None)
        if not at_hand or not self.alive or self.cfg.is_ssl or data.find(b"\r\n\r\n") != len(data) - 4:
            return False
        environ = environ_of(data[:-4], conn.client, conn.server)
        answer = answer_at_hand(at_hand, environ) if environ else None
        if answer is None:
            return False
        del self.arriving[conn]  # and in again, behind those who have been here for longer
        self.arriving[conn] = Arriving(deadline=time.monotonic() + self.cfg.keepalive)
        try:
            sent = conn.sock.send(answer)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(conn)
            return True
        if sent < len(answer):
            self._send_in_thread(conn, answer[sent:])
        return True

    def _send_in_thread(self, conn, rest: bytes) -> None:
        """Let a thread wait for who reads slowly."""
        self.poller.unregister(conn.sock)
        del self.arriving[conn]
        sending = self.tpool.submit(_send, conn.sock, rest)
        sending.add_done_callback(lambda done: self.method_queue.defer(self._has_sent, conn, done))

    def _has_sent(self, conn, done) -> None:
        if done.cancelled() or done.exception():
            self.nr_conns -= 1
            conn.close()
        else:
            self._await(conn, Arriving(deadline=time.monotonic() + self.cfg.keepalive))

    # --- Ends ---------------------------------------------------------------------------------

    def _refuse(self, conn, status: int) -> None:
        """Answer without reading on; what is still sent is thrown away for a moment, so that the answer arrives."""
        arriving = self.arriving[conn]
        arriving.is_refused, arriving.deadline = True, time.monotonic() + LINGER_SECONDS
        try:
            conn.sock.send(refusal(status))
            conn.sock.shutdown(SHUT_WR)
        except OSError:
            self._drop(conn)

    def _drop(self, conn) -> None:
        self.poller.unregister(conn.sock)
        del self.arriving[conn]
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Close connections whose request takes too long; who has begun one is told."""
        now = time.monotonic()
        for conn, arriving in list(self.arriving.items()):
            if not self.alive and not arriving.head:  # a server that stops waits for nobody who has said nothing
                arriving.deadline = min(arriving.deadline, now + LINGER_SECONDS)
            if arriving.deadline > now:
                continue
            if arriving.is_refused or not arriving.head:
                self._drop(conn)
            else:
                self._refuse(conn, 408)

    def handle_error(self, req, client, addr, exc) -> None:
        """Answer as gunicorn does, with the headers of the site."""
        super().handle_error(req, WithHeaders(client), addr, exc)


def _send(sock, data: bytes) -> None:
    sock.settimeout(SEND_SECONDS)
    sock.sendall(data)


def _chunk(body, size_hint=None) -> bytes:
    """Return the next piece of a body that has arrived; nothing after its end."""
    return body.read(max(size_hint or 0, 64 * 1024))
