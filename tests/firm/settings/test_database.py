"""What is really in force on a connection to SQLite: asked of the database, not of the settings."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

ASK = """
import json, sqlite3, django
django.setup()
from django.db import connection, transaction

def pragma(name):
    with connection.cursor() as cursor:
        return cursor.execute(f"PRAGMA {name}").fetchone()[0]

answers = {name: pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
with transaction.atomic():
    try:
        other.execute("BEGIN IMMEDIATE")
        answers["second_writer"] = "let in"
    except sqlite3.OperationalError:
        answers["second_writer"] = "kept waiting"
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def in_force(tmp_path_factory) -> dict:
    """The answers of a fresh database file on the defaults of ``make run``."""
    environment = {
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "DJANGO_SETTINGS_MODULE": "firm.settings.local",
        "PATH": os.environ["PATH"],
    }
    process = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(process.stdout)


def test_sqlite_writes_ahead(in_force):
    assert in_force["journal_mode"] == "wal"


def test_sqlite_synchronises_fully(in_force):
    assert in_force["synchronous"] == 2


def test_sqlite_holds_foreign_keys(in_force):
    assert in_force["foreign_keys"] == 1


def test_sqlite_waits_for_another_writer(in_force):
    assert in_force["busy_timeout"] == 20_000


def test_a_transaction_takes_the_write_lock_at_its_start(in_force):
    assert in_force["second_writer"] == "kept waiting"
