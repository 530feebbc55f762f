"""A finished public answer, as it is kept and given to many: compressed once, with a validator for each encoding."""

import gzip
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import brotli

from firm import cdn

#: Compression of text: what a visitor's wait allows, as a page is compressed once.
BROTLI_QUALITY, GZIP_LEVEL = 6, 6
#: Browsers store pages but ask each time whether they are still current; nginx may give one to many for a second.
REVALIDATE = "public, max-age=0, s-maxage=1, must-revalidate"
#: How an answer came to be, in its request's environment: a ``hit`` came from memory, one that was ``made`` is new.
HOW = "firm.kept"
FRAMING = frozenset({"content-encoding", "content-length", "etag", "vary"})


@dataclass
class StoredResponse:
    """A finished answer: its headers, its body in each encoding, and 31 bits of the body's digest in hexadecimal."""

    headers: list[tuple[str, str]]
    bodies: dict[str, bytes]
    tag: str
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum(map(len, self.bodies.values())) + 2048

    @classmethod
    def of(cls, headers: Iterable[tuple[str, str]], body: bytes) -> "StoredResponse":
        """Return the answer with its body compressed in the two ways that browsers take."""
        kept = [(name, value) for name, value in headers if name.lower() not in FRAMING | {"cache-control"}]
        own = next((value for name, value in headers if name.lower() == "cache-control"), REVALIDATE)
        varies = {
            part.strip().lower() for name, value in headers if name.lower() == "vary" for part in value.split(",")
        }
        told = {"Cache-Control": own} | (cdn.headers() if own == REVALIDATE else {})
        vary = ", ".join(part.title() for part in sorted({"accept-encoding", "cookie", *varies} - {""}))
        return cls(
            headers=[*kept, *told.items(), ("Vary", vary)],
            bodies={
                "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
                "gzip": gzip.compress(body, GZIP_LEVEL, mtime=0),
            },
            tag=hashlib.sha256(body).hexdigest()[:16],
        )

    def tag_in(self, encoding: str) -> str:
        """Return the strong validator of the body in an encoding (RFC 9110, 8.8.3)."""
        return f'"{self.tag}-{encoding or "plain"}"'

    def send(self, environ: dict, start_response: Callable) -> list[bytes]:
        """Answer a request: 304 when the browser has it already (RFC 9110, 13.1.2), else the body as it takes it."""
        environ.setdefault(HOW, "hit")
        encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        tag = self.tag_in(encoding)
        headers = [*self.headers, ("ETag", tag)]
        if _has(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
            start_response("304 Not Modified", [one for one in headers if one[0].lower() != "content-type"])
            return []
        body = self.bodies[encoding] if encoding else gzip.decompress(self.bodies["gzip"])
        if encoding:
            headers.append(("Content-Encoding", encoding))
        headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _encoding(accepted: str) -> str:
    """Return the encoding to answer with: brotli, else gzip, else none. What has a quality of 0 is refused."""
    offers = {}
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        offers[name.strip()] = quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("br", "gzip") if offers.get(name)), "")


def _has(header: str, tag: str) -> bool:
    """True when the browser's list of tags names this body in this encoding."""
    return header.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in header.split(","))
