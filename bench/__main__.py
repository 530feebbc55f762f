"""Measures the site side by side with others and prints one table: ``make bench``, ``python -m bench [rows…]``."""

import argparse
import signal
import sys
import time
import traceback
from pathlib import Path

from bench.measuring import Options, say
from bench.rows import ROWS
from bench.table import CannotMeasure, Figure, as_markdown, facts, not_measured, summary

ROOT = Path(__file__).resolve().parents[1]
#: What ``--quick`` sets: enough to see that everything works, too little to believe the figures.
QUICK = {
    "turns": 1, "seconds": 1.0, "asked": 5, "submitting": 3.0,
    "posts": 300, "requests": 2000, "small_posts": 30, "small_requests": 200,
}  # fmt: skip


def arguments() -> argparse.ArgumentParser:
    """Return what the command line takes; what is not given is as in `Options`."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(ROWS)}; all when none is named")
    parser.add_argument("--turns", type=int, help="how often each side is measured")
    parser.add_argument("--seconds", type=float, help="how long each side is loaded in a turn")
    parser.add_argument("--connections", type=int, help="connections of the load")
    parser.add_argument("--asked", type=int, help="answers in a turn, where time is taken within the process")
    parser.add_argument("--rate", type=float, help="forms a second")
    parser.add_argument("--submitting", type=float, help="seconds for which forms are sent")
    parser.add_argument("--posts", type=int, help="posts of the large site")
    parser.add_argument("--requests", type=int, help="requests of the large site")
    parser.add_argument("--small-posts", type=int, help="posts of the small site")
    parser.add_argument("--small-requests", type=int, help="requests of the small site")
    parser.add_argument("--port", type=int, help="first of a hundred ports that are free")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="where sites and databases are")
    parser.add_argument("--quick", dest="is_quick", action="store_true", help="only try whether everything works")
    parser.add_argument("--write", type=Path, help="a file that the table goes to as well")
    return parser


def options_of(given: argparse.Namespace) -> Options:
    """Return the options of a run: what was given, else what ``--quick`` sets, else the usual."""
    named = {name: value for name, value in vars(given).items() if value is not None and name not in {"rows", "write"}}
    return Options(**((QUICK if given.is_quick else {}) | named | {"folder": given.folder.resolve()}))


def measured(names: list[str], options: Options) -> list[Figure]:
    """Measure the rows one after the other; one that cannot be measured says why, and the others go on."""
    found: list[Figure] = []
    for name in names:
        row, began = ROWS[name], time.monotonic()
        say(f"{name}: {row.TITLE}")
        try:
            for figure in row.measure(options):
                found.append(figure)
                say(f"{figure.what}: {figure.figure}")
        except CannotMeasure as reason:
            found.append(not_measured(name, row.TITLE, str(reason)))
        except Exception as error:
            traceback.print_exc()
            found.append(not_measured(name, row.TITLE, f"failed: {type(error).__name__}: {error}"))
        say(f"{name}: done after {time.monotonic() - began:.0f} s")
    return found


def page(heads: list[str], figures: list[Figure]) -> str:
    """Return the whole text: the machine, the table, and how many goals are met."""
    lines = "".join(f"- {head}\n" for head in heads)
    return f"# Measured\n\n{lines}\n{as_markdown(figures)}\n{summary(figures)}\n"


def main() -> int:
    """Measure what is asked for; end with 1 when a row could not be measured."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    parser = arguments()
    given = parser.parse_args()
    if unknown := [name for name in given.rows if name not in ROWS]:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    options = options_of(given)
    options.folder.mkdir(parents=True, exist_ok=True)
    heads = facts()
    text = page(heads, measured([name for name in ROWS if not given.rows or name in given.rows], options))
    sys.stdout.write(text)
    if given.write:
        given.write.write_text(text)
        say(f"written to {given.write}")
    return 1 if "| not measured |" in text else 0


if __name__ == "__main__":
    sys.exit(main())
