"""A shorter lock timeout for requests of visitors."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg2.extensions import TRANSACTION_STATUS_IDLE


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Within the block, wait at most so long for a lock, instead of as long as the worker may.

    Do not use it inside a transaction. A longer wait raises `OperationalError`, an unreachable database
    `DatabaseError`. Behind a connection pooler it holds within transactions only: a setting made outside of one would
    reach another client's queries.
    """
    milliseconds = int(seconds * 1000)
    if connection.vendor == "postgresql" and connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        with connection.execute_wrapper(_in_each_transaction(f"SET LOCAL lock_timeout = {milliseconds}")):
            yield
        return
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


def _in_each_transaction(statement: str):
    """Return a wrapper that runs ``statement`` at the start of each PostgreSQL transaction."""

    def wrapper(execute, sql, params, many, context):
        if connection.in_atomic_block and connection.connection.info.transaction_status == TRANSACTION_STATUS_IDLE:
            execute(statement, None, False, context)
        return execute(sql, params, many, context)

    return wrapper


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
