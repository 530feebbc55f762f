"""The bench's end of `bench.answering`: a site in a process of its own, without a network."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.running import last_line
from bench.table import CannotMeasure

PROGRAM = Path(__file__).with_name("answering.py")


class Asked:
    """A site in a process of its own."""

    def __init__(self, process: subprocess.Popen, log: Path) -> None:
        self._process, self._log = process, log

    def _order(self, **order) -> dict:
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise CannotMeasure(f"the site ended when asked for {order}: {last_line(self._log)}")
        return json.loads(line)

    def times(self, address: str, times: int, *, forget: bool = True) -> dict[str, list[float]]:
        """Return the milliseconds of each response, on the ``wall`` and of the ``processor``. It has to be a 200."""
        found = self._page(do="time", address=address, times=times, forget=forget)
        return {name: [1000 * seconds for seconds in found[name]] for name in ("wall", "processor")}

    def queries(self, address: str) -> list[str]:
        """Return the number of queries for one response."""
        return self._page(do="queries", address=address)["queries"]

    def body(self, address: str) -> str:
        """Return the text of a page."""
        return self._page(do="body", address=address)["text"]

    def enter(self, username: str) -> None:
        """Send later requests as this account; as nobody with an empty name."""
        self._order(do="enter", username=username)

    def _page(self, **order) -> dict:
        answer = self._order(**order)
        if answer["status"] != 200:
            raise CannotMeasure(f"{order['address']} answered {answer['status']}")
        return answer


@contextlib.contextmanager
def asked(application: str, *, cwd: Path, env: dict[str, str], log: Path) -> Iterator[Asked]:
    """Load a site's ``module:application`` for the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), application],
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
        try:
            yield Asked(process, log)
        finally:
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
