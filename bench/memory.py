"""What a process and all that it has started hold of the machine's memory."""

from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Held:
    """Bytes. ``pss`` counts what processes share once, divided among them; ``rss`` counts it for each anew."""

    pss: int = 0
    rss: int = 0
    processes: int = 0

    def __add__(self, other: "Held") -> "Held":
        return Held(self.pss + other.pss, self.rss + other.rss, self.processes + other.processes)

    def __str__(self) -> str:
        return f"{self.pss / MEGABYTE:.0f} MB (RSS {self.rss / MEGABYTE:.0f} MB, {self.processes} processes)"


def held_below(parent: int) -> Held:
    """Return what the processes hold that ``parent`` has started, and those that they have; not ``parent`` itself."""
    return sum((_held(child) for child in descendants(parent)), Held())


def descendants(parent: int) -> list[int]:
    """Return the processes below ``parent``."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended in between
            continue
        children.setdefault(int(after_name[1]), []).append(int(path.parent.name))
    found, left = [], [parent]
    while left:
        more = children.get(left.pop(), [])
        found += more
        left += more
    return found


def _held(process: int) -> Held:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return Held()
    sizes = sizes_in(text)
    return Held(sizes["Pss"], sizes["Rss"], 1)


def sizes_in(text: str) -> dict[str, int]:
    """Return the bytes of each line of a file such as ``/proc/PID/smaps_rollup``."""
    rows = (line.partition(":") for line in text.splitlines() if line.endswith("kB"))
    return {name: int(value.split()[0]) * 1024 for name, _, value in rows}
