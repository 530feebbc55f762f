"""Fills the tables of an empty database with the rows of a backup, in one transaction that the caller ends."""

import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from firm.backups.columns import Column, comparable, convert, to_postgresql, to_sqlite
from firm.backups.problems import BackupError
from firm.backups.sections import Tally
from firm.backups.snapshot import raw_connection, rows_of

BATCH = 500
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class Loader:
    """Fills one database. Triggers rest meanwhile, and stand again afterwards as the migrations made them."""

    def __init__(self, tables: dict[str, list[Column]], left_out: list[str]) -> None:
        self.raw, self.columns = raw_connection(), tables
        self.rows = rows_of(self.raw)
        self._begin()
        present = self.rows.tables()
        self.rows.hold(tables)
        self._clear([*tables, *(name for name in left_out if name in present)])

    def load(self, table: str, lines: Iterable[bytes]) -> None:
        """Fill a table with rows as they are written."""
        try:
            self._load(table, self.columns[table], (json.loads(line) for line in lines))
        except (self.driver.Error, ValueError) as error:
            raise BackupError(_refusal(table, error)) from None

    def finish(self, expected: dict[str, dict], last_numbers: dict[str, int]) -> None:
        """Compare every table with the manifest, then keep all of it; raise `BackupError` and keep nothing."""
        try:
            self._settle(last_numbers)
        except self.driver.Error as error:
            raise BackupError(_refusal("what they refer to", error)) from None
        for table, columns in self.columns.items():
            tally, same = Tally(), comparable(columns)
            for row in self.rows.rows(table, columns):
                tally.add(same(row))
            if {"rows": tally.rows, "digest": tally.digest} != expected[table]:
                raise BackupError(f"The table {table} is not what the backup says after loading; nothing was kept.")
        self._commit()

    def close(self) -> None:
        """Let go; what `finish` has not kept is gone."""
        self.raw.close()

    @property
    def driver(self):
        """The module of the driver, for its exceptions."""
        return connection.Database


class SqliteLoader(Loader):
    """SQLite: foreign keys are checked at the end, triggers are dropped and made again from their own words."""

    def _begin(self) -> None:
        self.raw.execute("PRAGMA foreign_keys = OFF")
        self.raw.execute("BEGIN IMMEDIATE")

    def _clear(self, names: list[str]) -> None:
        # Those of the search index keep the index of words in step: they see its table being emptied.
        self.triggers = self.rows.all("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        filled = [name for name in names if name in self.columns]
        for name, _, table in self.triggers:
            if table in self.columns:
                self.raw.execute(f'DROP TRIGGER "{name}"')
        for name in [*(name for name in names if name not in self.columns), *filled]:
            self.raw.execute(f'DELETE FROM "{name}"')  # noqa: S608

    def _load(self, table: str, columns: list[Column], rows: Iterator[list]) -> None:
        conversions = to_sqlite(columns)
        names = ", ".join(f'"{column.name}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608
        while batch := [convert(row, conversions) for row in islice(rows, BATCH)]:
            self.raw.executemany(statement, batch)

    def _settle(self, last_numbers: dict[str, int]) -> None:
        for table, number in last_numbers.items():
            self.raw.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table])
            self.raw.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, number])
        for _, statement, table in self.triggers:
            if table in self.columns:
                self.raw.execute(statement)
        if broken := self.rows.all("PRAGMA foreign_key_check"):
            raise BackupError(f"The table {broken[0][0]} refers to rows of {broken[0][2]} that are not there.")
        if self.rows.all("PRAGMA integrity_check") != [("ok",)]:
            raise BackupError("SQLite finds the restored database damaged; is the disk sound?")

    def _commit(self) -> None:
        self.raw.execute("COMMIT")
        self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class PostgresqlLoader(Loader):
    """PostgreSQL: by COPY; foreign keys are deferred and checked at the end, our own triggers are switched off."""

    def _begin(self) -> None:
        self.raw.set_session(isolation_level="READ COMMITTED")

    def _clear(self, names: list[str]) -> None:
        cursor = self.raw.cursor()
        for name in self.columns:
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        cursor.execute("TRUNCATE " + ", ".join(f'"{name}"' for name in names))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def _load(self, table: str, columns: list[Column], rows: Iterator[list]) -> None:
        conversions = to_postgresql(columns)
        names = ", ".join(f'"{column.name}"' for column in columns)
        lines = (
            "\t".join("\\N" if value is None else value.translate(_ESCAPES) for value in convert(row, conversions))
            for row in rows
        )
        self.raw.cursor().copy_expert(f'COPY "{table}" ({names}) FROM STDIN', _Lines(lines))

    def _settle(self, last_numbers: dict[str, int]) -> None:
        cursor = self.raw.cursor()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in self.columns:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        for table, columns in self.columns.items():
            self._set_sequence(cursor, table, columns, last_numbers.get(table, 0))

    def _set_sequence(self, cursor, table: str, columns: list[Column], number: int) -> None:
        if not any(column.name == "id" and column.kind == "integer" for column in columns):
            return
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{table}"'])
        (sequence,) = cursor.fetchone()
        cursor.execute(f'SELECT GREATEST(%s, coalesce(max(id), 0)) FROM "{table}"', [number])  # noqa: S608
        (last,) = cursor.fetchone()
        if sequence and last:
            cursor.execute("SELECT setval(%s, %s)", [sequence, last])

    def _commit(self) -> None:
        self.raw.commit()


class _Lines(io.RawIOBase):
    """Gives lines of text to COPY as it asks for bytes."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._rest = lines, b""

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes."""
        while len(self._rest) < size:
            more = "".join(f"{line}\n" for line in islice(self._lines, BATCH)).encode()
            if not more:
                break
            self._rest += more
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def loader(tables: dict[str, list[Column]], left_out: list[str]) -> Loader:
    """Return the loader of the site's database, with its tables emptied in a transaction of its own."""
    return {"sqlite": SqliteLoader, "postgresql": PostgresqlLoader}[connection.vendor](tables, left_out)


def _refusal(table: str, error: Exception) -> str:
    """Say what the database refused, without the values that it quotes."""
    said = str(error).splitlines()[0].split(":")[0] if str(error) else ""
    return f"The database refuses rows of {table}: {type(error).__name__} {said}".rstrip()
