"""A mail server on loopback that does what a test tells it to."""

import socket
import socketserver
import threading
from collections.abc import Callable
from email import message_from_bytes, policy

DROP, HANG = "drop", "hang"
USUAL = {"GREETING": "220 ready", "DATA": "354 go on", "END": "250 taken", "QUIT": "221 bye"}


class Session(socketserver.StreamRequestHandler):
    """One connection. ``server.script`` may give another answer than the usual one at each stage."""

    def handle(self):
        if not self.say("GREETING", ""):
            return
        while line := self.rfile.readline():
            verb = line.split(b" ")[0].strip().upper().decode()
            if not self.say(verb, line.decode()):
                return
            if verb == "DATA" and not self.take():
                return
            if verb == "QUIT":
                return

    def take(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.raw.append(b"".join(lines))
        return self.say("END", "")

    def say(self, stage: str, argument: str) -> bool:
        answer = self.server.script(stage, argument) or USUAL.get(stage, "250 fine")
        if answer == DROP:
            return False
        if answer == HANG:
            self.server.stopped.wait(20)
            return False
        self.wfile.write(answer.encode() + b"\r\n")
        return not (stage == "DATA" and answer[0] != "3")


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, script: Callable[[str, str], str | None] = lambda stage, argument: None):
        super().__init__(("127.0.0.1", 0), Session)
        self.script, self.raw, self.stopped = script, [], threading.Event()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.stopped.set()
        self.shutdown()
        self.server_close()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def mails(self) -> list:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]

    @property
    def receivers(self) -> list[str]:
        return sorted(mail["To"] for mail in self.mails)


def closed_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
