"""A cached public page from ``make run`` alone, against the same page of a plain Wagtail site."""

import statistics
from collections.abc import Iterator

from bench import wrk
from bench.measuring import Options, in_turns, median_ratio, rounded, say, spread
from bench.plain_site import PAGES, sides
from bench.table import Figure

TITLE = "public page, cached, `make run` alone"
GOAL = 50


def measure(options: Options) -> Iterator[Figure]:
    """Yield a line for a post and for home."""
    ours, plain = sides(options)
    with ours.served(), plain.served():
        for name, path in PAGES.items():
            say(f"cached: {name}, {options.turns} turns of {options.seconds:g} s each side")
            rates = in_turns(
                options.turns,
                {
                    "ours": lambda path=path: _rate(ours.address + path, options),
                    "plain": lambda path=path: _rate(plain.address + path, options),
                },
            )
            yield _line(name, rates, options)


def _rate(url: str, options: Options) -> float:
    return wrk.load(url, connections=options.connections, seconds=options.seconds).rate


def _line(name: str, rates: dict[str, list[float]], options: Options) -> Figure:
    ratio = median_ratio(rates["ours"], rates["plain"])
    both = {side: f"{statistics.median(found):,.0f} a second ({spread(found)})" for side, found in rates.items()}
    return Figure(
        "cached",
        f"{TITLE}: {name}",
        f"≥ {GOAL} times a plain Wagtail site",
        f"{rounded(ratio)} times",
        ratio >= GOAL,
        f"{both['ours']} against {both['plain']}; {options.connections} connections",
    )
