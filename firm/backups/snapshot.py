"""Reads a database as it was at one moment, row by row, while others go on writing.

SQLite: a read transaction of the write-ahead log. PostgreSQL: a transaction of REPEATABLE READ (its snapshot), with
cursors on the server and a share of each table, so that nobody alters one meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from firm.backups.columns import Column, asked, convert, from_postgresql, from_sqlite
from firm.backups.problems import BackupError

BATCH = 1000


def raw_connection():
    """Return a connection of its own to the site's database: of the driver, without Django's conversions."""
    copy = connection.copy()
    parameters = copy.get_connection_params()
    if connection.vendor == "sqlite":
        # Without PARSE_DECLTYPES values come as they are stored.
        raw = copy.get_new_connection(parameters | {"detect_types": 0, "isolation_level": None})
        raw.execute("PRAGMA secure_delete = ON")
        raw.execute("PRAGMA synchronous = FULL")
        return raw
    raw = copy.get_new_connection(parameters)
    with raw.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        cursor.execute("SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601'")
    raw.commit()
    return raw


@contextmanager
def snapshot() -> Iterator["Rows"]:
    """Within the block, read the database as it is now."""
    raw = raw_connection()
    try:
        if connection.vendor == "sqlite":
            raw.execute("BEGIN")
            raw.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it stands still
        else:
            raw.set_session(isolation_level="REPEATABLE READ", readonly=True)
        yield rows_of(raw)
    finally:
        raw.close()


def rows_of(raw) -> "Rows":
    """Return what reads over a connection of the driver, in the transaction that it is in."""
    return SqliteRows(raw) if connection.vendor == "sqlite" else PostgresqlRows(raw)


class Rows:
    """Tables and rows of one database."""

    def __init__(self, raw) -> None:
        self.raw = raw

    def hold(self, tables: dict[str, list[Column]]) -> list[str]:
        """See to it that the tables are there and stay; return those that no model knows and that are not empty.

        Raises `BackupError` when a table has other columns than its model.
        """
        present = self.tables()
        for name, columns in tables.items():
            there = set(present.get(name, ()))
            if there != {column.name for column in columns}:
                different = sorted(there ^ {column.name for column in columns})
                raise BackupError(f"The table {name} is not what the migrations say: {', '.join(different[:5])}.")
        return [name for name in sorted(set(present) - set(tables)) if self._has_rows(name)]

    def _has_rows(self, name: str) -> bool:
        return bool(self.all(f'SELECT 1 FROM "{name}" LIMIT 1'))  # noqa: S608 - names from the database itself

    def tables(self) -> dict[str, list[str]]:
        """Return the names of all tables with those of their columns."""
        raise NotImplementedError

    def all(self, statement: str) -> list[tuple]:
        """Return all rows of a statement."""
        cursor = self.raw.cursor()
        cursor.execute(statement)
        return cursor.fetchall()


class SqliteRows(Rows):
    """SQLite."""

    def tables(self) -> dict[str, list[str]]:
        """Those of full text search belong to one virtual table each, and are no tables of ours."""
        found = self.all("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'")
        virtual = [name for name, sql in found if sql.startswith("CREATE VIRTUAL")]
        names = [name for name, _ in found if not any(name == one or name.startswith(f"{one}_") for one in virtual)]
        return {name: [row[1] for row in self.all(f'PRAGMA table_info("{name}")')] for name in names}

    def rows(self, table: str, columns: list[Column]) -> Iterator[list]:
        """Yield the rows of a table as they are written."""
        names = ", ".join(asked(column, "sqlite") for column in columns)
        conversions = from_sqlite(columns)
        for row in self.raw.execute(f'SELECT {names} FROM "{table}"'):  # noqa: S608
            yield convert(row, conversions)

    def last_numbers(self, tables: dict[str, list[Column]]) -> dict[str, int]:
        """Return the highest number that each table has ever given: numbers of what was erased are not given again."""
        found = self.all("SELECT name, seq FROM sqlite_sequence")
        return {name: number for name, number in found if name in tables}


class PostgresqlRows(Rows):
    """PostgreSQL."""

    def hold(self, tables: dict[str, list[Column]]) -> list[str]:
        """Lock out whoever would alter a table, as pg_dump does; others read and write on."""
        present = self.tables()
        names = ", ".join(f'"{name}"' for name in tables if name in present)
        self.raw.cursor().execute(f"LOCK TABLE {names} IN ACCESS SHARE MODE")
        return super().hold(tables)

    def tables(self) -> dict[str, list[str]]:
        """Those of the schema that the site works in; columns that the database works out itself are left to it."""
        found: dict[str, list[str]] = {}
        for table, column in self.all(
            """SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
            AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"""
        ):
            found.setdefault(table, []).append(column)
        return found

    def rows(self, table: str, columns: list[Column]) -> Iterator[list]:
        """Yield the rows of a table as they are written, with few of them in memory at a time."""
        names = ", ".join(asked(column, "postgresql") for column in columns)
        conversions = from_postgresql(columns)
        with self.raw.cursor(name="rows_of_backup") as cursor:
            cursor.itersize = BATCH
            cursor.execute(f'SELECT {names} FROM "{table}"')  # noqa: S608
            for row in cursor:
                yield convert(row, conversions)

    def last_numbers(self, tables: dict[str, list[Column]]) -> dict[str, int]:
        """Return the highest number that each table has ever given: numbers of what was erased are not given again."""
        found = self.all(
            """SELECT t.relname, pg_sequence_last_value(s.oid) FROM pg_class s
            JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') AND d.classid = 'pg_class'::regclass
            JOIN pg_class t ON t.oid = d.refobjid
            WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace"""
        )
        return {name: number for name, number in found if name in tables and number is not None}
