"""The labeled pairs, the fixed rule for the held-out third, and the scores of a comparison."""

import csv
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

#: The first were written before there was any matching; the second when it was done with those; the third without
#: sight of the matching, its tables and the others. Tuning may look at the open half of the third, never at the closed.
FILE, FRESH, UNSEEN = (Path(__file__).parent / f"pairs{name}.csv" for name in ("", "_fresh", "_unseen"))
OPEN, CLOSED = "open", "closed"


class Pair(NamedTuple):
    origin: str
    same: bool
    first: str
    second: str
    half: str = ""

    @property
    def is_held_out(self) -> bool:
        """Whether the pair must not be used for tuning."""
        return zlib.crc32("|".join(sorted((self.first, self.second))).encode()) % 3 == 0


class Figures(NamedTuple):
    """Counts for recall and precision."""

    found: int
    same: int
    false: int
    different: int

    @property
    def recall(self) -> float:
        return self.found / self.same if self.same else 1.0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false) if self.found + self.false else 1.0


def pairs(path: Path = FILE) -> list[Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Pair(row["origin"], row["same"] == "yes", row["first"], row["second"], row.get("half", ""))
            for row in csv.DictReader(file)
        ]


def unseen(half: str) -> list[Pair]:
    """Return one half of the pairs that were written without knowledge of the matching."""
    return [pair for pair in pairs(UNSEEN) if pair.half == half]


def figures(chosen: Iterable[Pair], is_hit: Callable[[str, str], bool]) -> Figures:
    results = [(pair.same, is_hit(pair.first, pair.second)) for pair in chosen]
    return Figures(
        found=sum(same and hit for same, hit in results),
        same=sum(same for same, _ in results),
        false=sum(hit and not same for same, hit in results),
        different=sum(not same for same, _ in results),
    )
