"""Serves the collected files: each in the smallest encoding that the browser takes, with a validator for each encoding.

What is asked of it stands in RFC 9110: 12.5.3 (Accept-Encoding), 8.8.3 (ETag), 13.1 (conditions), 14 (ranges).
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from wsgiref.headers import Headers

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import NOT_ALLOWED_RESPONSE, Response, SlicedFile, StaticFile

#: The encodings that files are kept in, and what the names of those files end with.
SUFFIXES = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
#: What each variant says of itself.
FRAMING = frozenset({"Content-Encoding", "Content-Length", "ETag", "Last-Modified", "Vary"})
_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.IGNORECASE)


@dataclass(frozen=True)
class Variant:
    """A file in one encoding, or as it is when ``encoding`` is empty."""

    encoding: str
    path: str
    size: int
    headers: dict[str, str]


def qualities(header: str) -> dict[str, float]:
    """Return how gladly each encoding is taken, by its name or ``*``; 0 is a refusal. What is malformed is left out."""
    found = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((one[2:].strip() for one in parameters if one.startswith("q=")), "1")
        if name and _QUALITY.fullmatch(quality):
            found[name] = float(quality)
    return found


def best(variants: list[Variant], accepted: str) -> Variant:
    """Return the variant that is liked best, of those liked alike the smallest; the file as it is needs no mention."""
    liked = qualities(accepted)

    def quality(variant: Variant) -> float:
        if variant.encoding:
            return liked.get(variant.encoding, liked.get("*", 0.0))
        return liked.get("identity", 0.001)

    return min(variants, key=lambda variant: (-quality(variant), variant.size))


def matches(header: str, tag: str) -> bool:
    """True when a list of validators names this one."""
    return header.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in header.split(","))


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte of the one range that is asked for, None for all. Raises ValueError beyond the end."""
    asked = _RANGE.fullmatch(header.strip())
    if not asked or asked.groups() == ("", "") or (all(asked.groups()) and int(asked[1]) > int(asked[2])):
        return None
    first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
    last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
    if first > last:
        raise ValueError("The file ends before the range begins.")
    return first, last


class EncodedFile(StaticFile):
    """A file in all the encodings that there are of it."""

    def get_alternatives(self, base_headers, files) -> list[Variant]:
        """Return the variants, each with the headers it is sent with."""
        variants = []
        for encoding, entry in files.items():
            headers = Headers(base_headers.items())
            headers["Content-Length"] = str(entry.size)
            headers["Accept-Ranges"] = "bytes"
            if encoding:
                headers["Content-Encoding"] = encoding
                headers["ETag"] = f'{headers["ETag"][:-1]}-{encoding}"'
            variants.append(Variant(encoding or "", entry.path, entry.size, dict(headers.items())))
        return variants

    def get_response(self, method, request_headers) -> Response:
        """Answer with the variant that suits, or with as little of it as the browser needs."""
        if method not in {"GET", "HEAD"}:
            return NOT_ALLOWED_RESPONSE
        variant = best(self.alternatives, request_headers.get("HTTP_ACCEPT_ENCODING", ""))
        if self._is_known(request_headers, variant):
            return self.get_not_modified_response(Headers(list(variant.headers.items())))
        if method == "HEAD":
            return Response(HTTPStatus.OK, list(variant.headers.items()), None)
        condition = request_headers.get("HTTP_IF_RANGE", "").strip()
        wants_part = condition in {"", variant.headers.get("ETag"), variant.headers.get("Last-Modified")}
        return self._send(variant, request_headers.get("HTTP_RANGE", "") if wants_part else "")

    def _is_known(self, request_headers, variant: Variant) -> bool:
        """True when the browser has this variant; a date counts only where no validator is named."""
        named = request_headers.get("HTTP_IF_NONE_MATCH")
        if named is None:
            return self.is_not_modified(request_headers)
        return matches(named, variant.headers["ETag"])

    def _send(self, variant: Variant, asked: str) -> Response:
        headers = dict(variant.headers)
        try:
            part = part_of(asked, variant.size)
        except ValueError:
            refusal = [("Content-Range", f"bytes */{variant.size}"), ("Content-Length", "0")]
            return Response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, refusal, None)
        file = open(variant.path, "rb")  # noqa: SIM115 - whoever sends the answer closes it
        if part is None:
            return Response(HTTPStatus.OK, list(headers.items()), file)
        headers["Content-Range"] = f"bytes {part[0]}-{part[1]}/{variant.size}"
        headers["Content-Length"] = str(part[1] - part[0] + 1)
        return Response(HTTPStatus.PARTIAL_CONTENT, list(headers.items()), SlicedFile(file, *part))


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise with a third encoding, and an answer as the browser asks for it."""

    @staticmethod
    def is_compressed_variant(path, stat_cache=None) -> bool:
        """True for a file that a compressor has laid beside another; it has no address of its own."""
        if path.endswith(SUFFIXES["zstd"]):
            path = f"{path.removesuffix(SUFFIXES['zstd'])}{SUFFIXES['gzip']}"
        return WhiteNoiseMiddleware.is_compressed_variant(path, stat_cache)

    def get_static_file(self, path, url, stat_cache=None) -> EncodedFile:
        """Return the file at a path with its headers, and all that was made of it."""
        plain = super().get_static_file(path, url, stat_cache=stat_cache)
        encodings = {name: f"{path}{suffix}" for name, suffix in SUFFIXES.items()}
        headers = [(name, value) for name, value in plain.alternatives[-1][2] if name not in FRAMING]
        return EncodedFile(path, headers, encodings, stat_cache)
