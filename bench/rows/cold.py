"""A public page that is not cached: queries, and the server's time beside the plain site's."""

import statistics
from collections.abc import Iterator

from bench.asking import Asked, asked
from bench.demo_site import ROOT
from bench.measuring import Options, in_turns, median_ratio, rounded, say
from bench.plain_site import PAGES, sides
from bench.table import Figure

TITLE = "public page, cold"
MOST_QUERIES, LEAST_RATIO = 8, 1
#: A parameter that pages do not know: the response is made for this visitor and not cached.
UNCACHED = "?uncached=1"


def measure(options: Options) -> Iterator[Figure]:
    """Yield the lines of a post and of home: queries, and how many times quicker than the plain site."""
    ours, plain = sides(options)
    plain.prepare()
    with (
        asked("firm.wsgi:application", cwd=ROOT, env=ours.environment, log=ours.folder / "cold.log") as here,
        asked(
            "plain.wsgi:application", cwd=plain.folder, env=plain.environment, log=plain.folder / "cold.log"
        ) as other,
    ):
        for name, path in PAGES.items():
            say(f"cold: {name}, {options.turns} turns of {options.asked} answers each side")
            yield from _page(name, path + UNCACHED, here, other, options)


def _page(name: str, address: str, ours: Asked, plain: Asked, options: Options) -> Iterator[Figure]:
    processor: dict[str, list[float]] = {"ours": [], "plain": []}

    def milliseconds(side: str, site: Asked) -> float:
        found = site.times(address, options.asked)
        processor[side].append(statistics.median(found["processor"]))
        return statistics.median(found["wall"])

    times = in_turns(
        options.turns,
        {"ours": lambda: milliseconds("ours", ours), "plain": lambda: milliseconds("plain", plain)},
    )
    here, there = (statistics.median(times[side]) for side in ("ours", "plain"))
    busy = {side: rounded(statistics.median(found[1:])) for side, found in processor.items()}
    queries, plain_queries = len(ours.queries(address)), len(plain.queries(address))
    ratio = median_ratio(times["plain"], times["ours"])
    title = f"{TITLE}: {name}"
    yield Figure(
        "cold",
        f"{title}, queries",
        f"≤ {MOST_QUERIES}",
        str(queries),
        queries <= MOST_QUERIES,
        f"the plain site asks {plain_queries}",
    )
    yield Figure(
        "cold",
        f"{title}, against the plain site",
        f"≥ {LEAST_RATIO} times as quick",
        f"{rounded(ratio)} times",
        ratio >= LEAST_RATIO,
        f"{rounded(here)} ms (processor {busy['ours']}) against {rounded(there)} ms (processor {busy['plain']}), median"
        f" of {options.turns} × {options.asked} answers within the process, Django's cache emptied before each",
    )
