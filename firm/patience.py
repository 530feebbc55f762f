"""How long a visitor waits for a database that others keep locked."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Within the block, wait at most so long for a lock, instead of as long as workers may. Not inside a transaction.

    Whoever waits longer gets an `OperationalError`. Raises `DatabaseError` when the database cannot be reached.
    """
    milliseconds = int(seconds * 1000)
    if connection.vendor == "sqlite":
        usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
        before, after = f"PRAGMA busy_timeout = {milliseconds}", f"PRAGMA busy_timeout = {usual}"
    else:
        before, after = f"SET lock_timeout = {milliseconds}", "RESET lock_timeout"
    _run(before)
    try:
        yield
    finally:
        if connection.is_usable():
            _run(after)
        else:
            connection.close()


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
