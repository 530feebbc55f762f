"""Fixtures of the whole suite: no network, a page tree on demand, and the demo site."""

import gc
import os
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, connections, transaction
from hypothesis import settings as hypothesis_settings
from wagtail.models import Site

from firm.page_cache import state
from firm.search import site_search
from tests import factories
from tests.migrated_once import migrated_database

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


#: Tests that share a slow setup: one process runs all of a group, and all of a module with the demo.
GROUPS = {"tests/browser/": "browser"} | {
    path: path
    for path in (
        "tests/test_query_budgets.py",
        "tests/test_block_previews.py",
        "tests/firm/pages/test_routing.py",
        "tests/consultations/reports/test_numbers.py",
    )
}
#: Fixtures through which a test reaches the database.
DATABASE = {"db", "transactional_db", "django_db_setup", "demo_site"}
#: Tests of screens, texts and files. Their queries run on both databases, too: `tests/test_every_page.py`,
#: `tests/test_bad_input.py` and `tests/test_admin_addresses.py` request every page.
ONE_DATABASE = (
    "tests/attorneys/",
    "tests/bench/",
    "tests/blog/test_authors.py",
    "tests/blog/test_editing.py",
    "tests/blog/test_social_cards.py",
    "tests/consultations/calendar/test_appointment_screens.py",
    "tests/consultations/calendar/test_invitations.py",
    "tests/consultations/case/",
    "tests/consultations/conflicts/test_screen.py",
    "tests/consultations/intake/test_forms.py",
    "tests/consultations/intake/test_spam.py",
    "tests/consultations/mail/test_compose.py",
    "tests/consultations/mail/test_outage.py",
    "tests/consultations/mail/test_text_views.py",
    "tests/consultations/reports/test_views.py",
    "tests/consultations/retention/test_views.py",
    "tests/consultations/test_permissions.py",
    "tests/consultations/test_queue_permissions.py",
    "tests/firm/accounts/test_passkeys.py",
    "tests/firm/accounts/test_wagtail_account.py",
    "tests/firm/blocks/",
    "tests/firm/monitoring/",
    "tests/firm/page_cache/test_middleware.py",
    "tests/firm/page_cache/test_never_stale.py",
    "tests/firm/pages/test_renditions.py",
    "tests/firm/pages/test_site_context.py",
    "tests/firm/test_middleware.py",
    "tests/firm/uploads/",
    "tests/test_block_previews.py",
    "tests/test_headers.py",
    "tests/test_security.py",
)

# Odd input is the same in every run; `make soak` makes ten times as much.
hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("repeatable")


def pytest_xdist_auto_num_workers(config):
    """One process more than processors: the one with the browser waits for most of its time, and so does a database."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Group tests that share a setup, the slowest first. Tests that need no second database run once, on SQLite."""
    for item in items:
        if group := group_of(item):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: not item.nodeid.startswith("tests/browser/"))
    if connection.vendor == "postgresql":
        config.hook.pytest_deselected(items=[item for item in items if not needs_second_database(item)])
        items[:] = [item for item in items if needs_second_database(item)]


def group_of(item) -> str | None:
    """The group of a test that shares something with others, if it does."""
    if "demo_site" in item.fixturenames:
        return item.nodeid.partition("::")[0]
    return next((name for path, name in GROUPS.items() if item.nodeid.startswith(path)), None)


def needs_second_database(item) -> bool:
    """Whether a test reaches the database, by its marks or fixtures, for what another one might do differently."""
    if item.nodeid.startswith(ONE_DATABASE):
        return False
    return item.get_closest_marker("django_db") is not None or not DATABASE.isdisjoint(item.fixturenames)


def pytest_collection_finish():
    """What is loaded by now stays until the end, so the garbage collector need not visit it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)


def pytest_addoption(parser):
    parser.addoption("--no-skips", action="store_true", help="fail when any test was skipped")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    """A skipped test proves nothing: with ``--no-skips`` one is a failure of the whole run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and session.config.getoption("no_skips") and session.exitstatus == pytest.ExitCode.OK:
        reporter.ensure_newline()
        reporter.write_line(f"FAILED: {len(skipped)} skipped, the first of them {skipped[0].nodeid}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """A test that reaches for another host fails."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"A test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _cold_cache(monkeypatch):
    """Every test starts with an empty cache and without the search words of another test, whose ids are reused.

    What is public is asked for each time; otherwise a tenth of a second would decide how many queries a page takes.
    """
    site_search._vocabulary.cache_clear()
    monkeypatch.setattr(state, "STATE_SECONDS", 0)
    cache.clear()
    yield
    cache.clear()


def make_home():
    """Make the home page of an otherwise empty site, with the firm's settings, and return it."""
    home = factories.HomePageFactory()
    factories.FirmSettingsFactory(site=Site.objects.get(is_default_site=True))
    return home


@pytest.fixture
def home(db):
    """The home page of an otherwise empty site, with the firm's settings."""
    return make_home()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """The test database of this process."""
    with django_db_blocker.unblock(), migrated_database():
        yield


@contextmanager
def made_once(blocker):
    """Let a fixture make content for all tests of a module; it is rolled back after them. List the file in `GROUPS`."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()


@pytest.fixture(scope="module")
def demo_site(django_db_setup, django_db_blocker):
    """The demo, for the tests of a module; each rolls back what it writes. No job runs that waits for a commit."""
    with made_once(django_db_blocker):
        call_command("load_demo", verbosity=0)
        connection.run_on_commit.clear()
        yield


@pytest.fixture
def open_connection():
    """For tests that call the application itself: the begin and end of a request leave the test's connection open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def threads(django_db_setup, django_db_blocker, tmp_path):
    """Return a function that runs functions in threads of their own, each with a connection of its own.

    They share a copy of the test database with the test itself, which is committed to for real and thrown away. Make
    what the test needs by functions, not by fixtures: those of the database work in a transaction of the original.
    """

    def run(*functions) -> list:
        def call(function):
            try:
                return function()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(call, functions))

    with django_db_blocker.unblock():
        original, name = connections["default"], connections.settings["default"]["NAME"]
        if original.in_atomic_block:
            pytest.fail("A test with threads must not be marked django_db: the copy would wait for its transaction.")
        run.database = _copy_of_database(original, tmp_path)
        del connections["default"]
        connections.settings["default"]["NAME"] = run.database
        try:
            yield run
        finally:
            connection.close()
            connections["default"] = original
            connections.settings["default"]["NAME"] = name
            _drop_copy(original, run.database)


def _copy_of_database(original, folder) -> str:
    """Copy the test database to where several connections can reach it; return the copy's name."""
    if original.vendor == "sqlite":
        path = str(folder / "copy.sqlite3")
        copy = sqlite3.connect(path)
        original.ensure_connection()
        original.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")  # as a served database is; the switch itself lets nobody else in
        copy.close()
        return path
    original.close()
    name = original.settings_dict["NAME"]
    with original._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')
    return f"{name}_copy"


def _drop_copy(original, name: str) -> None:
    if original.vendor != "sqlite":
        with original._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def client_of(db):
    """Return a function that makes a client logged in with a role (or as owner)."""
    from django.test import Client

    def make(role=None, **kwargs):
        client = Client()
        client.force_login(factories.UserFactory(role=role, **kwargs))
        return client

    return make
