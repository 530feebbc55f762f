"""Measures the site with Lighthouse's mobile preset and prints one table.

Start the site (``make run``), then: ``.venv/bin/python bench/lighthouse.py [http://127.0.0.1:8000]``.
Needs Node.js and Chromium; npx fetches Lighthouse itself.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LIGHTHOUSE = "lighthouse@13"
PAGES = {
    "home": "/",
    "profile": "/attorneys/todd-spodek/",
    "post": "/blog/after-a-federal-arrest-step-by-step/",
    "blog index": "/blog/",
    "consultation form": "/free-consultation/",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
    " --no-first-run"
)


def measure(url: str, folder: str) -> dict:
    """Return Lighthouse's report on one address."""
    path = Path(folder) / "report.json"
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={path}"]
    environment = os.environ | {"CHROME_PATH": browser}
    subprocess.run([*command, f"--chrome-flags={FLAGS}"], check=True, env=environment, capture_output=True)
    return json.loads(path.read_text())


def main() -> None:
    """Measure the pages and print a row for each."""
    base = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    sys.stdout.write("| page | " + " | ".join(CATEGORIES) + " | largest paint | shift | weight |\n")
    sys.stdout.write("| --- |" + " ---: |" * (len(CATEGORIES) + 3) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        for name, path in PAGES.items():
            report = measure(base + path, folder)
            scores = [str(round(report["categories"][key]["score"] * 100)) for key in CATEGORIES]
            audits = report["audits"]
            paint = audits["largest-contentful-paint"]["displayValue"]
            shift = audits["cumulative-layout-shift"]["displayValue"]
            weight = f"{audits['total-byte-weight']['numericValue'] / 1024:.0f} KiB"
            sys.stdout.write(f"| {name} | {' | '.join([*scores, paint, shift, weight])} |\n")


if __name__ == "__main__":
    main()
