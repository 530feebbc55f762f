"""The second ``make run``: its time until it answers, and its memory."""

import contextlib
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from bench import demo_site, wrk
from bench.demo_site import ROOT, DemoSite
from bench.measuring import Options, rounded, say, spread
from bench.plain_site import sides
from bench.running import get, running, wait_for
from bench.table import CannotMeasure, Figure

TITLE = "start"
MOST_SECONDS, MOST_MEGABYTES = 3, 250
MEGABYTE = 1024 * 1024
#: What is asked for besides the load, so that most of the code has run once in each process.
ASKED = (
    "/",
    "/blog/",
    demo_site.POST,
    "/attorneys/",
    "/practice-areas/",
    "/search/?q=bail",
    "/free-consultation/",
    "/testimonials/",
    "/sitemap.xml",
    "/blog/feed/",
    "/admin/login/",
)
ROUNDS = 20


def measure(options: Options) -> Iterator[Figure]:
    """Yield the lines of the time and of the memory at rest and after load."""
    site, _ = sides(options)
    site.prepare()
    seconds: list[float] = []
    for turn in range(options.turns):
        say(f"start: turn {turn + 1} of {options.turns}")
        with _made(site, seconds) as process:
            if turn + 1 == options.turns:
                found = _memory(site, process.pid, options)
    first = statistics.median(seconds)
    yield Figure(
        "start",
        "second `make run` to the first answer",
        f"< {MOST_SECONDS} s",
        f"{rounded(first)} s",
        first < MOST_SECONDS,
        f"home page, median of {options.turns}: {spread(seconds)} s",
    )
    note = "PSS, which counts shared memory once: all processes, the worker among them"
    for when, held in found.items():
        size, is_met = f"{held / MEGABYTE:.0f} MB", held < MOST_MEGABYTES * MEGABYTE
        yield Figure("start", f"memory of `make run`, {when}", f"< {MOST_MEGABYTES} MB", size, is_met, note)


@contextlib.contextmanager
def _made(site: DemoSite, seconds: list[float]) -> Iterator:
    """Run ``make run`` with its requirements installed, and note the seconds until home answers."""
    make = shutil.which("make")
    if not make:
        raise CannotMeasure("make is not installed")
    log = site.folder / "start.log"
    # The requirements are there, or this would not run: -o stops make from looking whether they are newer.
    command, began = [make, "-o", ".venv/run.stamp", "run"], time.perf_counter()
    with running(command, log=log, cwd=ROOT, env=site.environment) as process:
        wait_for(f"{site.address}/", process=process, seconds=60, log=log)
        seconds.append(time.perf_counter() - began)
        yield process


def _memory(site: DemoSite, process: int, options: Options) -> dict[str, int]:
    time.sleep(2)
    rest = held_below(process)
    say("start: load, then memory again")
    wrk.load(f"{site.address}/", connections=options.connections, seconds=options.seconds)
    for number in range(ROUNDS):
        for path in ASKED:
            get(f"{site.address}{path}{'&' if '?' in path else '?'}uncached={number}")
    time.sleep(1)
    return {"at rest": rest, "after load": held_below(process)}


def held_below(parent: int) -> int:
    """Return the memory in bytes (PSS) of the processes below ``parent``."""
    return sum(_held(child) for child in descendants(parent))


def descendants(parent: int) -> list[int]:
    """Return the processes below ``parent``."""
    found = []
    for path in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, path.read_text().split()):
                found += [child, *descendants(child)]
    return found


def _held(process: int) -> int:
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:  # it has ended in between
        return 0
    return sum(1024 * int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
