"""A first visit in Chromium with a slow network and a slow processor, for where Lighthouse cannot be had.

Slow 4G and the processor at a quarter as Lighthouse's mobile preset has them, but applied by the browser while it
loads; Lighthouse itself loads at full speed and works out what it would have been.
"""

import os
import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

#: Lighthouse's "mobileSlow4G" as its DevTools throttling applies it: milliseconds, bytes a second.
NETWORK = {
    "offline": False,
    "latency": 150 * 3.75,
    "downloadThroughput": 1.6 * 1024 * 1024 / 8 * 0.9,
    "uploadThroughput": 750 * 1024 / 8 * 0.9,
}
SLOWDOWN = 4
SCREEN = {"width": 412, "height": 823}
OBSERVER = """
window.seen = {shift: 0, tasks: [], largest: 0};
const watch = (type, note) =>
    new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
watch("layout-shift", entry => { if (!entry.hadRecentInput) window.seen.shift += entry.value; });
watch("longtask", entry => window.seen.tasks.push([entry.startTime, entry.duration]));
watch("largest-contentful-paint", entry => { window.seen.largest = entry.startTime; });
"""
READ = """() => ({...window.seen,
    first: (performance.getEntriesByName("first-contentful-paint")[0] || {}).startTime || 0,
    bytes: performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize || 0), 0)})"""


@contextmanager
def browser():
    """Start Chromium."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield chromium
        finally:
            chromium.close()


def visit(chromium, url: str) -> dict[str, float]:
    """Return the figures of a first visit by the names of Lighthouse's audits, and the bytes that were sent."""
    context = chromium.new_context(viewport=SCREEN, device_scale_factor=1.75, is_mobile=True, has_touch=True)
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", NETWORK)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        page.add_init_script(OBSERVER)
        page.goto(url, wait_until="networkidle")
        page.wait_for_timeout(1000)
        return figures(page.evaluate(READ))
    finally:
        context.close()


def figures(seen: dict) -> dict[str, float]:
    """Name what the page saw; what a long task lasts beyond 50 ms after the first paint is blocking."""
    blocking = sum(max(0, length - 50) for start, length in seen["tasks"] if start + length > seen["first"])
    return {
        "first-contentful-paint": seen["first"],
        "largest-contentful-paint": seen["largest"],
        "total-blocking-time": blocking,
        "cumulative-layout-shift": seen["shift"],
        "total-byte-weight": seen["bytes"],
    }
