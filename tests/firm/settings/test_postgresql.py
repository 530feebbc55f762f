"""How servers are connected to PostgreSQL, and what a pooler leaves of it."""

import pytest

from firm.settings.database import databases
from firm.settings.environment import Environment, SettingError


@pytest.fixture
def configured(monkeypatch, tmp_path):
    """Return a function that reads the default database from an environment."""

    def read(url="postgres://firm@db.example/law", **values) -> dict:
        for name in ("DATABASE_POOLED", "DATABASE_STATEMENT_SECONDS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"DATABASE_URL": url, **values}.items():
            monkeypatch.setenv(name, value)
        return databases(Environment(), tmp_path)["default"]

    return read


@pytest.mark.parametrize("value", ["-1", "soon"])
def test_a_time_that_is_none_is_refused(configured, value):
    with pytest.raises(SettingError, match="DATABASE_STATEMENT_SECONDS"):
        configured(DATABASE_STATEMENT_SECONDS=value)


def test_a_pooler_that_is_neither_there_nor_not_is_refused(configured):
    with pytest.raises(SettingError, match="DATABASE_POOLED"):
        configured(DATABASE_POOLED="pgbouncer")


def test_nobody_waits_for_ever(configured):
    options = configured(DATABASE_STATEMENT_SECONDS="30")["OPTIONS"]
    assert options["connect_timeout"] == 5
    assert "statement_timeout=30s" in options["options"]
    assert "lock_timeout=20s" in options["options"]


def test_what_was_acknowledged_is_on_the_disk(configured):
    assert "synchronous_commit=on" in configured()["OPTIONS"]["options"]
    assert "jit=off" in configured()["OPTIONS"]["options"]


def test_connections_are_kept_and_asked_before_use(configured):
    database = configured()
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (60, True)
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is False


def test_behind_a_pooler_nothing_outlives_a_transaction(configured):
    database = configured(DATABASE_POOLED="yes")
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "options" not in database["OPTIONS"]


def test_what_the_address_says_comes_first(configured):
    options = configured("postgres://firm@db.example/law?sslmode=verify-full&connect_timeout=9")["OPTIONS"]
    assert options["sslmode"] == "verify-full"
    assert int(options["connect_timeout"]) == 9


def test_sqlite_takes_none_of_it(configured, tmp_path):
    assert "connect_timeout" not in configured(f"sqlite:///{tmp_path / 'x.sqlite3'}")["OPTIONS"]
