"""Writes very many rows at once, past the models: for demo content in numbers. Signals are not sent."""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection

ROWS = 5000


def insert(model, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """Insert rows of database values. On PostgreSQL they are copied in, on SQLite sent as one prepared statement."""
    table, names = model._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(columns))
        remaining = iter(rows)
        while batch := list(islice(remaining, ROWS)):
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', batch)  # noqa: S608 - names of ours


def insert_children(model, instances: list) -> None:
    """Insert the rows of a model's own table for instances whose parent rows are there already."""
    manager = model._base_manager.all()
    manager._for_write = True
    manager._batched_insert(instances, model._meta.local_concrete_fields, batch_size=None)
