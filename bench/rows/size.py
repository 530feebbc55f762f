"""How much Python there is to read, without tests, migrations, bench and soak."""

import subprocess
from collections.abc import Iterator

from bench.demo_site import ROOT
from bench.measuring import Options
from bench.table import Figure

TITLE = "size"
MOST_LINES = 31_000
APART = {"tests", "migrations", "bench", "soak"}


def measure(options: Options) -> Iterator[Figure]:
    """Yield the line."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    paths = [path for path in listed.splitlines() if not APART & set(path.split("/")) and (ROOT / path).exists()]
    lines = sum(len((ROOT / path).read_text().splitlines()) for path in paths)
    yield Figure(
        "size",
        "Python without tests, migrations, bench, soak",
        f"≤ {MOST_LINES:,} lines",
        f"{lines:,} lines",
        lines <= MOST_LINES,
        f"{len(paths)} files",
    )
