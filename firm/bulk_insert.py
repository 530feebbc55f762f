"""Bulk inserts for large demo content. They bypass models and send no signals."""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection

#: Rows and values of one statement; SQLite and PostgreSQL both accept more.
ROWS, VALUES = 5000, 20_000


def insert(model, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """Insert rows of database values: on SQLite with one prepared statement, on PostgreSQL many rows per statement."""
    names = ", ".join(f'"{name}"' for name in columns)
    start, places = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ', f"({', '.join(['%s'] * len(columns))})"
    remaining = iter(rows)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            while batch := list(islice(remaining, ROWS)):
                cursor.executemany(start + places, batch)
            return
        while batch := list(islice(remaining, VALUES // len(columns))):
            cursor.execute(start + ", ".join([places] * len(batch)), [value for row in batch for value in row])


def insert_children(model, instances: list) -> None:
    """Insert only the model's own table for instances whose parent rows exist."""
    manager = model._base_manager.all()
    manager._for_write = True
    manager._batched_insert(instances, model._meta.local_concrete_fields, batch_size=None)
