"""A first visit of each template, Lighthouse's mobile preset. Needs Node.js and Chromium; npx fetches Lighthouse."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import demo_site
from bench.measuring import Options, rounded, say
from bench.plain_site import sides
from bench.table import CannotMeasure, Figure, not_measured

TITLE = "first visit, Lighthouse mobile"
LIGHTHOUSE = "lighthouse@13"
PAGES = {
    "home": "/",
    "practice areas": "/practice-areas/",
    "practice area": "/practice-areas/federal-crimes/",
    "directory": "/attorneys/",
    "profile": "/attorneys/todd-spodek/",
    "testimonials": "/testimonials/",
    "testimonial": "/testimonials/family-in-the-room/",
    "blog": "/blog/",
    "category": "/blog/category/courts-and-procedure/",
    "post": demo_site.POST,
    "standard page": "/about/",
    "contact": "/contact/",
    "consultation form": "/free-consultation/",
    "search": "/search/?q=bail",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 90
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
    " --no-first-run"
)


def measure(options: Options) -> Iterator[Figure]:
    """Yield a line for each template."""
    site, _ = sides(options)
    pages = dict(list(PAGES.items())[:2]) if options.is_quick else PAGES
    if not shutil.which("npx"):
        raise CannotMeasure("Node.js is not installed")
    with site.served(), tempfile.TemporaryDirectory() as folder:
        for name, path in pages.items():
            say(f"first visit: {name}")
            try:
                yield line(name, _report(site.address + path, Path(folder)))
            except (subprocess.SubprocessError, json.JSONDecodeError, KeyError, OSError) as error:
                yield not_measured("first visit", f"{TITLE}: {name}", f"Lighthouse failed: {type(error).__name__}")


def _report(url: str, folder: Path) -> dict:
    path = folder / "report.json"
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={path}"]
    environment = os.environ | {"CHROME_PATH": browser}
    subprocess.run([*command, f"--chrome-flags={FLAGS}"], check=True, env=environment, capture_output=True, timeout=300)
    return json.loads(path.read_text())


def line(name: str, report: dict) -> Figure:
    """Return the line of a report: its four scores, and what they come from."""
    scores = {key: round(100 * report["categories"][key]["score"]) for key in CATEGORIES}
    values = {name: audit["numericValue"] for name, audit in report["audits"].items() if "numericValue" in audit}
    return Figure(
        "first visit",
        f"{TITLE}: {name}",
        f"each ≥ {LEAST}",
        ", ".join(f"{key} {score}" for key, score in scores.items()),
        min(scores.values()) >= LEAST,
        f"largest paint {values['largest-contentful-paint']:.0f} ms, shift {values['cumulative-layout-shift']:.3f},"
        f" blocking {values['total-blocking-time']:.0f} ms, {rounded(values['total-byte-weight'] / 1024)} KiB",
    )
