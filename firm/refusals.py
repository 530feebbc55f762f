"""What the server refuses before it has read it, and how it says so: with the headers of the site, like all else."""

from django.conf import settings

from firm.admin_paths import is_admin_path
from firm.standard_headers import site_headers

#: Bytes of a request's first line and headers, of a visitor's body, of what staff upload.
MAX_HEAD, MAX_BODY, MAX_UPLOAD = 32 * 1024, 1024 * 1024, 32 * 1024 * 1024
REASONS = {
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
}


class Refused(Exception):
    """Raised for a request that is not read to its end; has the status to answer with."""

    def __init__(self, status: int) -> None:
        self.status = status


def body_length(head: bytes) -> int:
    """Return how long the body will be that a head announces. Raises `Refused`; leaves the malformed to the parser."""
    first, *lines = head.split(b"\r\n")
    fields = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    if any(name == b"transfer-encoding" for name, _ in fields):
        raise Refused(411)  # RFC 9112, 6.3: a length may be asked for; browsers send it
    lengths = {value for name, value in fields if name == b"content-length"}
    length = int(next(iter(lengths))) if len(lengths) == 1 and all(one.isdigit() for one in lengths) else 0
    words = first.split(b" ")
    is_staff = any(name == b"cookie" and settings.SESSION_COOKIE_NAME.encode() in value for name, value in fields)
    path = words[1].decode("latin-1") if len(words) > 1 else ""
    if length > (MAX_UPLOAD if is_staff and is_admin_path(path) else MAX_BODY):
        raise Refused(413)
    return length


def refusal(status: int) -> bytes:
    """Return the whole answer to a request that is refused, with the headers of the site."""
    text = f"{REASONS[status]}\n"
    headers = [
        *site_headers(),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(text))),
        ("Connection", "close"),
    ]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} {REASONS[status]}\r\n{lines}\r\n{text}".encode()


class WithHeaders:
    """A connection that puts the headers of the site into the errors that gunicorn writes."""

    def __init__(self, sock) -> None:
        self._sock = sock

    def __getattr__(self, name: str):
        return getattr(self._sock, name)

    def _completed(self, data: bytes) -> bytes:
        first, _, rest = data.partition(b"\r\n")
        lines = "".join(f"{name}: {value}\r\n" for name, value in site_headers()).encode()
        return first + b"\r\n" + lines + rest if first.startswith(b"HTTP/1.1 ") else data

    def send(self, data: bytes) -> int:
        """Send an error's answer with the headers."""
        self._sock.sendall(self._completed(data))
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Send an error's answer with the headers."""
        self._sock.sendall(self._completed(data))
