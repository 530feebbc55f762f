"""The table that a run ends with: what was measured, the goal, the figure, and whether it is met; on which machine."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

HEADINGS = ("row", "what", "goal", "figure", "met", "how it came about")
PROGRAMS = {
    "nginx": ("nginx", "-v"),
    "wrk": ("wrk", "-v"),
    "chromium": ("chromium", "--version"),
    "node": ("node", "--version"),
}
MET = {True: "yes", False: "**no**", None: "–"}


@dataclass(frozen=True)
class Figure:
    """One line. ``is_met`` is None for what has no goal of its own, or was not measured."""

    row: str
    what: str
    goal: str
    figure: str
    is_met: bool | None = None
    note: str = ""


class CannotMeasure(Exception):
    """Raised when a row's prerequisite is missing; the message says which."""


def not_measured(row: str, what: str, why: str) -> Figure:
    """Return the line of a row that could not be measured."""
    return Figure(row, what, "", "not measured", None, why)


def as_markdown(figures: Iterable[Figure]) -> str:
    """Return the table."""
    lines = [_line(HEADINGS), _line(("---",) * len(HEADINGS))]
    for one in figures:
        lines.append(_line((one.row, one.what, one.goal, one.figure, MET[one.is_met], one.note)))
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def summary(figures: Iterable[Figure]) -> str:
    """Return how many goals are met, and how many are not."""
    figures = list(figures)
    judged = [one.is_met for one in figures if one.is_met is not None]
    absent = sum(one.figure == "not measured" for one in figures)
    text = f"{judged.count(True)} of {len(judged)} goals met"
    return f"{text}, {absent} lines not measured." if absent else f"{text}."


def facts() -> list[str]:
    """Return processors, memory and versions, a line each; nothing that names the machine or the day."""
    model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return [
        f"{os.cpu_count()} processors ({model.group(1) if model else platform.machine()}),"
        f" {int(memory.group(1)) / 1024**2:.0f} GiB of memory; load before the run {os.getloadavg()[0]:.2f}",
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in ("django", "wagtail", "waitress", "gunicorn")),
        ", ".join(f"{name} {found}" for name, command in PROGRAMS.items() if (found := _version(command))),
    ]


def _version(command: tuple[str, ...]) -> str:
    if not shutil.which(command[0]):
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found.group() if found else ""
