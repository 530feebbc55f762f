"""Finds the browser for the tests, and installs Debian's Chromium where that is possible.

Run by ``make browser``: ``python tests/browser_setup.py``.
"""

import os
import shutil
import subprocess
import sys

CANDIDATES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_browser() -> str | None:
    """Return the path of a Chromium on this machine; ``CHROMIUM`` names another one."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return next((path for name in CANDIDATES if (path := shutil.which(name))), None)


def why_missing() -> str:
    """Say in words why there is no browser."""
    if os.geteuid() != 0:
        return "no Chromium on PATH, and installing it needs root (apt-get install chromium)"
    return "no Chromium on PATH, and apt-get could not install it"


def install() -> None:
    """Install Debian's Chromium when there is none; without root or network, leave it to the tests to say so."""
    if find_browser() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    install()
    sys.stdout.write(f"  Browser for the tests: {find_browser() or why_missing()}\n")
