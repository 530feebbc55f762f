"""What a table has to say of the machine and the versions it was measured with."""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

PROGRAMS = {
    "nginx": ("nginx", "-v"),
    "wrk": ("wrk", "-v"),
    "chromium": ("chromium", "--version"),
    "node": ("node", "--version"),
}


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
