"""Sends the head of an answer together with what follows it.

Sent by itself, the head of a server that is killed before the body leaves a proxy in front with an answer that it has
passed on and cannot take back. As long as nothing was sent, it asks another server.
"""


class HeadWithBody:
    """A connection that keeps the first piece of an answer, its head, until the next one."""

    def __init__(self, sock) -> None:
        self._sock, self._head, self._has_begun = sock, b"", False

    def __getattr__(self, name: str):
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        """Send, but for the first piece."""
        if self._has_begun:
            data, self._head = self._head + data, b""
            self._sock.sendall(data)
        else:
            self._has_begun, self._head = True, data

    def sendfile(self, *args, **kwargs) -> int:
        """Send a file behind the head."""
        self.end()
        return self._sock.sendfile(*args, **kwargs)

    def end(self) -> None:
        """Send what is kept: the head of an answer without a body."""
        if self._head:
            data, self._head = self._head, b""
            self._sock.sendall(data)
