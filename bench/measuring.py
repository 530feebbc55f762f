"""How results are measured: both sides warmed up alike, measured in turns, and summed up by the median."""

import math
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """The options of a run. ``folder`` holds sites for the next run; ports are counted from ``port``."""

    folder: Path
    port: int = 8600
    turns: int = 5
    seconds: float = 5.0
    connections: int = 16
    rate: float = 50.0
    submitting: float = 30.0
    asked: int = 40
    posts: int = 10_000
    requests: int = 100_000
    small_posts: int = 100
    small_requests: int = 1_000
    is_quick: bool = False


def say(text: str) -> None:
    """Report progress."""
    sys.stderr.write(f"  {time.strftime('%H:%M:%S')}  {text}\n")
    sys.stderr.flush()


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that ``share`` of all (0 to 1) do not exceed: the nearest rank, always one that was measured."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is nothing to take a percentile of")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def in_turns(turns: int, sides: Mapping[str, Callable[[], float]], *, warm: bool = True) -> dict[str, list[float]]:
    """Measure every side once in each turn, the order reversed from turn to turn; return the values by side.

    With ``warm`` each is measured once before, which does not count.
    """
    if warm:
        for measure in sides.values():
            measure()
    found: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(turns):
        order = list(sides) if turn % 2 == 0 else list(reversed(sides))
        for name in order:
            found[name].append(sides[name]())
    return found


def median_ratio(above: Iterable[float], below: Iterable[float]) -> float:
    """Return the median of the ratios of each turn, so that what slows both sides in one turn counts for nothing."""
    return statistics.median(one / other for one, other in zip(above, below, strict=True))


def spread(values: Iterable[float], *, unit: str = "") -> str:
    """Return the lowest and the highest as words."""
    values = list(values)
    return f"{rounded(min(values))}–{rounded(max(values))}{unit}"


def rounded(value: float) -> str:
    """Return a number with as many digits as it deserves."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
