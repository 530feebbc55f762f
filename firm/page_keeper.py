"""Says by links which pages in ``PAGES_DIR`` hold: ``at/<half second>`` leads to the pages of the present state.

nginx looks below the link of the half second that it is, so nothing is served once nobody makes links: when this
process ends, hangs or is stopped, the application answers. A link is made for the half second in which the database was
begun to be asked, and for the next; so no answer from a file is older than a second, whatever happens afterwards.
"""

import contextlib
import fcntl
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.db import Error, connection

from firm.page_cache.invalidation import read_state
from firm.page_files import state_folder

logger = logging.getLogger(__name__)
#: How often the database is asked, in seconds.
EVERY = 0.1
#: For how long pages that hold no longer stay on the disk, and how often they are cleared away, in seconds.
GRACE, CLEAR_EVERY = 5.0, 2.0


def slot_name(number: int) -> str:
    """Return the name of a half second, counted from the epoch, as nginx tells it from ``$msec``."""
    return f"{number // 2}.{number % 2 * 5}"


class Keeper:
    """Keeps the links of one ``PAGES_DIR``."""

    def __init__(
        self, root: Path, *, read: Callable[[], str | None] = read_state, clock: Callable[[], float] = time.time
    ) -> None:
        self.root, self._read, self._clock = root, read, clock
        self._state: str | None = None
        self._links: dict[str, str] = {}

    def begin(self) -> None:
        """Start with nothing: what an earlier one has left may be of a database that was replaced since."""
        for name in ("at", "states"):
            folder = self.root / name
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
            for entry in folder.iterdir():
                _remove(entry)

    def turn(self) -> None:
        """Ask for the state and make the links that follow from it.

        While the database is out of reach nothing can change either, and what was known goes on to hold.
        """
        slot = int(self._clock() * 2)  # before asking: what is late is made for a time that is past
        try:
            self._state = self._read()
        except Error:
            connection.close()
        wanted = {}
        if self._state is not None:
            target = os.path.relpath(state_folder(self.root, self._state), self.root / "at")
            wanted = {slot_name(slot): target, slot_name(slot + 1): target}
        for name, target in wanted.items():
            if self._links.get(name) != target:
                _point(self.root / "at" / name, target)
        for name in self._links.keys() - wanted.keys():
            (self.root / "at" / name).unlink(missing_ok=True)
        self._links = wanted

    def clear(self) -> None:
        """Remove the pages of other states and releases."""
        current = state_folder(self.root, self._state).name if self._state else ""
        for entry in (self.root / "states").iterdir():
            with contextlib.suppress(OSError):
                if entry.name != current and time.time() - entry.stat().st_mtime > GRACE:
                    _remove(entry)

    def run(self, stopped: threading.Event) -> None:
        """Keep the links until told to stop; then take them away. Clearing takes long, in a thread of its own."""
        self.begin()
        clearing = threading.Thread(target=self._clear_again_and_again, args=(stopped,), daemon=True)
        clearing.start()
        while not stopped.is_set():
            begun = time.monotonic()
            try:
                self.turn()
            except OSError:
                logger.exception("The links in PAGES_DIR could not be made")
            stopped.wait(max(0.0, EVERY - (time.monotonic() - begun)))
        for name in self._links:
            (self.root / "at" / name).unlink(missing_ok=True)

    def _clear_again_and_again(self, stopped: threading.Event) -> None:
        while not stopped.wait(CLEAR_EVERY):
            try:
                self.clear()
            except OSError:
                logger.exception("Old pages in PAGES_DIR could not be removed")


def only_one(root: Path, stopped: threading.Event) -> int | None:
    """Wait until no other keeper is at work on this folder; return the lock to hold, None when stopped before."""
    root.mkdir(parents=True, exist_ok=True)
    lock = os.open(root / "keeper.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    while not stopped.is_set():
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stopped.wait(0.2)
        else:
            return lock
    os.close(lock)
    return None


def _point(link: Path, target: str) -> None:
    passing = link.with_name(f".{link.name}")
    passing.unlink(missing_ok=True)
    passing.symlink_to(target)
    passing.rename(link)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        entry.unlink(missing_ok=True)
