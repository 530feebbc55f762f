"""A first visit from a telephone on slow 4G, each template: Lighthouse, or Chromium alone where it cannot be had."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from bench import demo_site, lighthouse, sides, throttled
from bench.curves import performance
from bench.measuring import Options, rounded, say
from bench.table import Figure, not_measured

TITLE = "first visit on slow 4G, mobile"
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
FULL, MOST_PAINT = 100, 1200
#: From how many turns on each page is visited three times: a visit takes Lighthouse a quarter of a minute.
THOROUGH = 7
METRICS = ("largest-contentful-paint", "cumulative-layout-shift", "total-blocking-time")


def measure(options: Options) -> Iterator[Figure]:
    """Yield a line for each template; of several visits the one in the middle by its largest paint."""
    site, visits = sides.ours(options), 3 if options.turns >= THOROUGH else 1
    pages = dict(list(PAGES.items())[:2]) if options.is_quick else PAGES
    with ExitStack() as stack:
        stack.enter_context(site.served())
        visit, how = _way(stack)
        for name, path in pages.items():
            say(f"first visit: {name}, {visits} times by {how}")
            try:
                seen = sorted((visit(site.address + path) for _ in range(visits)), key=lambda one: one[METRICS[0]])
                yield _line(name, seen[len(seen) // 2], f"{how}, middle of {visits}")
            except (subprocess.CalledProcessError, json.JSONDecodeError, KeyError) as error:
                yield not_measured("first visit", f"{TITLE}: {name}", f"{how} failed: {type(error).__name__}")


def _way(stack: ExitStack) -> tuple[Callable[[str], dict[str, float]], str]:
    """Return the way to measure: Lighthouse if npx has it or can fetch it, else Chromium by itself."""
    found = lighthouse_version()
    if found:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        return lambda url: of_report(lighthouse.measure(url, folder)), f"Lighthouse {found}, simulated throttling"
    chromium = stack.enter_context(throttled.browser())
    return lambda url: throttled.visit(chromium, url), "Chromium, throttled by itself (no Lighthouse, no speed index)"


def lighthouse_version() -> str:
    """Return Lighthouse's version; empty where Node.js or Lighthouse cannot be had."""
    if not shutil.which("npx"):
        return ""
    command = ["npx", "--yes", lighthouse.LIGHTHOUSE, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return done.stdout.strip() if done.returncode == 0 else ""


def of_report(report: dict) -> dict[str, float]:
    """Return the figures of a report, and the score that it gives."""
    audits = report["audits"]
    names = (*METRICS, "first-contentful-paint", "speed-index", "total-byte-weight")
    return {name: audits[name]["numericValue"] for name in names} | {
        "score": 100 * report["categories"]["performance"]["score"]
    }


def _line(name: str, seen: dict[str, float], how: str) -> Figure:
    paint, shift, blocking = (seen[metric] for metric in METRICS)
    score = seen.get("score", round(performance(seen)))
    is_met = score >= FULL and paint < MOST_PAINT and shift < 0.0005 and blocking < 1
    index = f", speed index {seen['speed-index']:.0f} ms" if "speed-index" in seen else ""
    return Figure(
        "first visit", f"{TITLE}: {name}", f"{FULL}; largest paint < {MOST_PAINT} ms, shift 0, blocking 0",
        f"{score:.0f}; {paint:.0f} ms, {shift:.3f}, {blocking:.0f} ms", is_met,
        f"first paint {seen['first-contentful-paint']:.0f} ms{index},"
        f" {rounded(seen['total-byte-weight'] / 1024)} KiB; {how}",
    )  # fmt: skip
