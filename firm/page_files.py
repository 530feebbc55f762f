"""Finished public pages as files below ``PAGES_DIR``, which nginx serves without asking the application.

``states/<state>-<release>/<headers>/<host>/<path>/index[.page-N].html.{br,gz}`` holds a page as it is in one state of
what is public (`firm.page_cache.invalidation`), made by one release of the site, to be sent with one set of headers. It
is written under the state known *before* it was made. Which state holds now is said by links ``at/<half second>``,
which `firm.page_keeper` makes for now and the next half second alone. So a page of another state, release or set of
headers is never found.

Of all processes on the host together one makes a page: a lock by address, and who waited reads the file.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import re
import threading
import time
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from firm.page_cache.middleware import WAIT, Address
from firm.page_cache.stored_response import Answer
from firm.standard_headers import as_set, digest, page_headers

logger = logging.getLogger(__name__)
#: Addresses that become names of files as they are; the same patterns stand in ``deploy/nginx/firm/pages.conf``.
SAFE_PATH = re.compile(r"/(?:[A-Za-z0-9_-]{1,100}/){0,8}")
SAFE_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,199}(?::[0-9]{1,5})?")
SUFFIXES = {"br": ".br", "gzip": ".gz"}
#: As many locks are shared by all addresses.
LOCKS = 1024
#: How often somebody who waits for another process looks, in seconds.
PAUSE = 0.01
#: What pages are drawn from, besides the database.
SOURCES = (("templates", "*"), ("firm", "*.py"), ("attorneys", "*.py"), ("blog", "*.py"), ("consultations", "*.py"))


def state_folder(root: Path, state: str) -> Path:
    """Return where the pages of a state are, as this release draws them."""
    return root / "states" / f"{state}-{release()}"


@cache
def release() -> str:
    """Return a name for what draws the pages: the code, the templates, the static files, the site's address."""
    found = hashlib.sha256(f"{settings.SITE_URL} {settings.STATIC_URL} {settings.MEDIA_URL}".encode())
    files = [settings.BASE_DIR / "requirements.txt", Path(settings.STATIC_ROOT) / "staticfiles.json"]
    for folder, pattern in SOURCES:
        files += sorted((settings.BASE_DIR / folder).rglob(pattern))
    for path in files:
        if path.is_file():
            found.update(f"{path.name}\n".encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:12]


class PageFiles:
    """The files of this release, as one server process writes and reads them. Trouble with a file is never an error."""

    def __init__(self, root: Path, *, most: int) -> None:
        """Take the folder, and the number of bytes that the pages of one state may take up."""
        self.root, self.most = root, most
        site = urlsplit(settings.SITE_URL)
        named = {site.netloc.lower(), *(host.lower() for host in settings.ALLOWED_HOSTS)}
        self.hosts = {host for host in named if SAFE_HOST.fullmatch(host)}
        self.scheme = site.scheme
        self.headers, self.digest = list(page_headers()), digest()
        self._standard = as_set(self.headers)

    def path(self, address: Address, state: str) -> Path | None:
        """Return the file of a page without its suffix; None for an address that has none."""
        if address.scheme != self.scheme or address.host not in self.hosts or not SAFE_PATH.fullmatch(address.path):
            return None
        name = "index.html" if address.page == 1 else f"index.page-{address.page}.html"
        return state_folder(self.root, state) / self.digest / address.host / address.path.strip("/") / name

    def read(self, address: Address, state: str) -> Answer | None:
        """Return the page as a process has written it in this state."""
        path = self.path(address, state)
        if path is None:
            return None
        try:
            stamp = int(os.stat(f"{path}.br").st_mtime)
            bodies = {encoding: Path(f"{path}{suffix}").read_bytes() for encoding, suffix in SUFFIXES.items()}
        except OSError:
            return None
        return Answer(headers=self.headers, bodies=bodies, tag=f"{stamp:x}")

    def write(self, address: Address, state: str, answer: Answer) -> None:
        """Write a page, unless it is there, differs in its headers from the standard, or there is no room for it."""
        path = self.path(address, state)
        if path is None or os.path.exists(f"{path}.br") or as_set(answer.headers) != self._standard:
            return
        try:
            if self._takes(answer, state):
                for encoding in ("gzip", "br"):  # the second says that both are there
                    _put(Path(f"{path}{SUFFIXES[encoding]}"), answer.bodies[encoding], int(answer.tag, 16))
        except OSError as error:
            logger.warning("A page could not be written to PAGES_DIR: %s", error.strerror)

    def _takes(self, answer: Answer, state: str) -> bool:
        """Note the size, one byte for each kilobyte in a file that all append to; False when there is no room."""
        folder = state_folder(self.root, state)
        _make_folder(folder)
        blocks = sum(-(-len(body) // 4096) * 4 for body in answer.bodies.values())
        with open(folder / "kilobytes", "ab") as used:
            if used.tell() * 1024 > self.most:
                return False
            used.write(b"." * blocks)
        return True

    @contextlib.contextmanager
    def held(self, address: Address, state: str) -> Iterator[Answer | None]:
        """Hold the address, so that no other process makes its page; give the page when one has made it meanwhile."""
        found = self.read(address, state)
        if found or self.path(address, state) is None:
            yield found
            return
        lock = self._open_lock(address)
        try:
            deadline = time.monotonic() + WAIT
            while lock is not None and not _is_taken(lock) and time.monotonic() < deadline:
                time.sleep(PAUSE)
            yield self.read(address, state)
        finally:
            if lock is not None:
                os.close(lock)

    def _open_lock(self, address: Address) -> int | None:
        number = zlib.crc32(repr(address).encode()) % LOCKS
        try:
            _make_folder(self.root / "locks")
            return os.open(self.root / "locks" / str(number), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError:
            return None


def _is_taken(lock: int) -> bool:
    """Try to take a lock; the system lets it go when the process ends, however that ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _make_folder(folder: Path) -> None:
    """Make a folder that the web server's account may enter, whatever is set for new files."""
    if not folder.is_dir():
        if not folder.parent.is_dir():
            _make_folder(folder.parent)
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o755)


def _put(path: Path, body: bytes, stamp: int) -> None:
    """Write a file at once and whole, its time being what nginx makes the ETag from."""
    _make_folder(path.parent)
    passing = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        passing.write_bytes(body)
        passing.chmod(0o644)
        os.utime(passing, (stamp, stamp))
        passing.rename(path)
    except OSError:
        passing.unlink(missing_ok=True)
        raise


def page_files() -> PageFiles | None:
    """Return the files of this installation; None when ``PAGES_DIR`` is not set."""
    return PageFiles(settings.PAGES_DIR, most=settings.PAGES_MAX_MB * 1024 * 1024) if settings.PAGES_DIR else None
