"""No page has the database do more when there are six times as many posts and requests, whatever the planner knows.

Not timed: SQLite counts the instructions of its machine, PostgreSQL the rows that each step of a plan reads or drops.
"""

import json
from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from bench.scale_addresses import addresses
from blog import synthetic as posts

pytestmark = pytest.mark.django_db

SMALL, LARGE = (300, 400), (1800, 2400)
#: What is listed or reviewed in whole, and Wagtail's own lists of pages, which count and search all that they are of.
WHOLE = {"sitemap", "a part of the sitemap", "retention"}
WAGTAIL = {"search among pages", "pages below the blog", "blog posts"}
#: What does grow, and is yet to be mended.
GROWING = {
    "sqlite": {"one request"},
    "postgresql": {
        "blog, the page in the middle",
        "search for a rare word",
        "search for a mistyped word",
        "search for nothing",
    },
}
#: Work may grow by a half, for deeper indexes and fuller lists, and by this much where there was next to none.
FACTOR, SLACK = 1.5, {"sqlite": 15_000, "postgresql": 400}
STEP = 50


@contextmanager
def counted(work: list[int]):
    """Add to ``work`` what the database does within the block."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.set_progress_handler(lambda: work.append(STEP), STEP)
        try:
            yield
        finally:
            connection.connection.set_progress_handler(None, 0)
    else:
        with connection.execute_wrapper(lambda *call: _explained(work, *call)):
            yield


def _explained(work: list[int], execute, sql, params, many, context):
    if sql.lstrip().upper().startswith("SELECT") and "FOR UPDATE" not in sql and "advisory" not in sql:
        with context["connection"].connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {sql}", params)
            (plans,) = cursor.fetchone()
        work.append(_rows((json.loads(plans) if isinstance(plans, str) else plans)[0]["Plan"]))
    return execute(sql, params, many, context)


def _rows(plan: dict) -> int:
    dropped = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Join Filter", 0)
    own = (plan["Actual Rows"] + dropped) * plan["Actual Loops"]
    return own + sum(_rows(part) for part in plan.get("Plans", ()))


class Visitors:
    """Asks for every address as the account that it is for."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}

    def work(self) -> dict[str, int]:
        """Return what the database does for each address, when nothing is kept."""
        return {one.name: self._ask(one) for one in addresses() if one.name not in WHOLE | WAGTAIL}

    def _ask(self, one) -> int:
        if one.account not in self._clients:
            self._clients[one.account] = client = Client()
            if one.account:
                client.force_login(get_user_model().objects.get(username=one.account))
        for _ in range(2):  # the first time, a process reads what it then knows
            cache.clear()
            work: list[int] = []
            with counted(work):
                response = self._clients[one.account].get(one.address)
                b"".join(response)
            assert response.status_code == 200, one.address
        return sum(work)


def fill(size: tuple[int, int]) -> None:
    call_command("load_demo", requests=size[1], verbosity=0)
    posts.add(size[0], tell=str)


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def forget_statistics() -> None:
    """Have the planner know nothing of the tables, as on SQLite before the first ANALYZE."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if cursor.fetchone()[0]:
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")


def test_no_page_has_the_database_do_more_on_a_larger_site():
    visitors, states = Visitors(), {"with statistics": analyze}
    if connection.vendor == "sqlite":
        states = {"without statistics": forget_statistics, **states}
    before, grown = {}, []
    for size in (SMALL, LARGE):
        with transaction.atomic():
            fill(size)
        for name, prepare in states.items():
            prepare()
            work = visitors.work()
            if size == SMALL:
                before[name] = work
                continue
            for address, found in work.items():
                allowed = before[name].get(address, 0) * FACTOR + SLACK[connection.vendor]
                if found > allowed and address not in GROWING[connection.vendor]:
                    grown.append(f"{address}, {name}: {before[name].get(address)} to {found}")
    assert not grown, "\n".join(grown)
