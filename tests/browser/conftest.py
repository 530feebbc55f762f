"""The real site in a real browser: `serve` on SQLite with its worker, as ``make run`` starts it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser_setup import find_browser, why_missing

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-for-tests"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
    "--disable-quic",
]
PHONE, TABLET, DESK = 360, 768, 1440


def pytest_collection_modifyitems(items):
    """All browser tests run in one process, one site for all of them."""
    for item in items:
        if "tests/browser/" in str(item.fspath):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a running site with the demo, its pictures made ready."""
    data = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in UNSET}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "firm.settings.local",
        "DATA_DIR": str(data),
        "PORT": str(port),
        "DEMO_PASSWORD": PASSWORD,
    }
    log = (data / "serve.log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        _wait(process, f"http://127.0.0.1:{port}/healthz", data / "serve.log")
        finish = [sys.executable, "manage.py", "prepare_pictures"]
        subprocess.run(finish, cwd=ROOT, env=environment, check=True, capture_output=True)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
        log.close()


UNSET = {"SITE_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL", "HOST"}


def _wait(process, url, log_path, seconds=180):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The site ended: {log_path.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The site did not start: {log_path.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; without one the test is skipped with the reason."""
    path = find_browser()
    if path is None:
        pytest.skip(f"No browser: {why_missing()}")
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield instance
        instance.close()


@pytest.fixture
def open_page(browser, site):
    """Return a function that opens an address in a new window of ``width`` pixels; all are closed at the end."""
    contexts = []

    def make(path="/", *, width=DESK, script=True, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 640 if width < 500 else 900}, java_script_enabled=script, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.foreign = []
        page.on("request", lambda request: request.url.startswith(site) or page.foreign.append(request.url))
        page.goto(site + path)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def staff(open_page, site):
    """Return a function that opens the staff's side as one of the demo's accounts."""

    def make(username, path="/admin/", **options):
        page = open_page("/admin/login/", **options)
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url("**/admin/**")
        page.goto(site + path)
        return page

    return make
