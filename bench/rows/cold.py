"""A public page that nobody has kept: the questions to the database, and the server's time beside the plain site's."""

import statistics
from collections.abc import Iterator

from bench import sides
from bench.asking import Asked, asked
from bench.demo_site import ROOT
from bench.measuring import Options, in_turns, median_ratio, rounded, say
from bench.table import Figure

TITLE = "public page, cold"
MOST_QUERIES, LEAST_RATIO = 8, 5
MOST_MILLISECONDS = {"post": 15, "home": 25}
#: A parameter that pages do not know: what it is asked with is made for this visitor and not kept.
UNKEPT = "?unkept=1"


def measure(options: Options) -> Iterator[Figure]:
    """Yield the lines of a post and of home: queries, time, and how many times quicker than the plain site."""
    ours, plain = sides.ours(options), sides.plain(options)
    plain.prepare()
    with (
        asked("firm.wsgi:application", cwd=ROOT, env=ours.environment, log=ours.folder / "cold.log") as here,
        asked(
            "plain.wsgi:application", cwd=plain.folder, env=plain.environment, log=plain.folder / "cold.log"
        ) as other,
    ):
        for name, (our_path, plain_path) in sides.PAGES.items():
            say(f"cold: {name}, {options.turns} turns of {options.asked} answers each side")
            yield from _page(name, (here, our_path + UNKEPT), (other, plain_path + UNKEPT), options)


def _page(name: str, ours: tuple[Asked, str], plain: tuple[Asked, str], options: Options) -> Iterator[Figure]:
    processor: dict[str, list[float]] = {"ours": [], "plain": []}

    def milliseconds(side: str, site: Asked, address: str) -> float:
        found = site.times(address, options.asked)
        processor[side].append(statistics.median(found["processor"]))
        return statistics.median(found["wall"])

    times = in_turns(
        options.turns,
        {"ours": lambda: milliseconds("ours", *ours), "plain": lambda: milliseconds("plain", *plain)},
    )
    here, there = (statistics.median(times[side]) for side in ("ours", "plain"))
    busy = {side: rounded(statistics.median(found[1:])) for side, found in processor.items()}
    queries, plain_queries = len(ours[0].queries(ours[1])), len(plain[0].queries(plain[1]))
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
    limit = MOST_MILLISECONDS[name]
    many = f"median of {options.turns} × {options.asked} answers within the process, Django's cache emptied before each"
    yield Figure(
        "cold", f"{title}, server time", f"< {limit} ms", f"{rounded(here)} ms", here < limit,
        f"{many}; the processor works {busy['ours']} ms",
    )  # fmt: skip
    yield Figure(
        "cold", f"{title}, against the plain site", f"≥ {LEAST_RATIO} times as quick", f"{rounded(ratio)} times",
        ratio >= LEAST_RATIO, f"the plain site takes {rounded(there)} ms, its processor {busy['plain']} ms",
    )  # fmt: skip
