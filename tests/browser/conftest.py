"""The real site in a real browser: `serve` on SQLite with its worker, as ``make run`` starts it."""

import os
import re

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.site import FLAGS, PASSWORD, copied_site, running_site
from tests.browser_setup import find_browser, why_missing

PHONE, TABLET, DESK = 360, 768, 1440
#: How often a public page is asked for again until it shows a change: a server process may use what it has cached for
#: a tenth of a second.
RELOADS = 50

#: How long an expectation may take to come true, in milliseconds: generous, for machines that run tests side by side.
TIMEOUT = 30_000


class Memory(dict):
    """What the tests of a module leave to those after them. What is missing fails the test that asks for it."""

    def __missing__(self, name):
        pytest.fail(f"A test before this one has failed or was not run: it should have left {name!r}.", pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the browser tests, so that they can be left out."""
    for item in items:
        if "tests/browser/" in str(item.fspath):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def site_data(tmp_path_factory):
    """The folder with the running site's state."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="package")
def site(site_data):
    """The address of a running site with the demo, its pictures made ready. Tests leave it as it is."""
    with running_site(site_data) as address:
        yield address


@pytest.fixture(scope="module")
def site_folder(tmp_path_factory):
    """The folder with the state of `own_site`."""
    return tmp_path_factory.mktemp("copy")


@pytest.fixture(scope="module")
def own_site(site, site_data, site_folder):
    """The address of a copy of that site for one module, whose tests may change it."""
    with copied_site(site_data, site_folder) as address:
        yield address


@pytest.fixture(scope="module")
def memory():
    """What one test of the module leaves to the next; the tests of a module run in one process, in their order."""
    return Memory()


@pytest.fixture(scope="package")
def browser():
    """A headless Chromium; without one the test is skipped with the reason.

    Its driver keeps an event loop in this thread, which Django takes for asynchronous code; tests that come after in
    the same process would be refused the database.
    """
    path = find_browser()
    if path is None:
        pytest.skip(f"No browser: {why_missing()}")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=TIMEOUT)
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
def open_changed(open_page):
    """Return a function that opens a public page, again and again until it shows the words of a change."""

    def make(path, words):
        page = open_page(path)
        for _ in range(RELOADS):
            if words in page.locator("body").text_content():
                return page
            page.reload()
        raise AssertionError(f"{path} does not show {words!r}")

    return make


@pytest.fixture
def staff(open_page, site):
    """Return a function that opens the staff's side as one of the demo's accounts."""

    def make(username, path="/admin/", **options):
        page = open_page("/admin/login/", **options)
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        expect(page).not_to_have_url(re.compile("/login/"))
        page.goto(site + path)
        return page

    return make
