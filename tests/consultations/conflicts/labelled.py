"""The labelled pairs, the fixed rule by which a third of them is held out, and what a comparison makes of them."""

import csv
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

#: The first were written before there was any matching; the second when it was done with those.
FILE, FRESH = Path(__file__).parent / "pairs.csv", Path(__file__).parent / "pairs_fresh.csv"


class Pair(NamedTuple):
    origin: str
    same: bool
    first: str
    second: str

    @property
    def is_held_out(self) -> bool:
        """Whether tuning may not look at the pair."""
        return zlib.crc32("|".join(sorted((self.first, self.second))).encode()) % 3 == 0


class Figures(NamedTuple):
    """How many of how many that should have been hits were, and how many others were."""

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
        return [Pair(row["origin"], row["same"] == "yes", row["first"], row["second"]) for row in csv.DictReader(file)]


def figures(chosen: Iterable[Pair], is_hit: Callable[[str, str], bool]) -> Figures:
    results = [(pair.same, is_hit(pair.first, pair.second)) for pair in chosen]
    return Figures(
        found=sum(same and hit for same, hit in results),
        same=sum(same for same, _ in results),
        false=sum(hit and not same for same, hit in results),
        different=sum(not same for same, _ in results),
    )
