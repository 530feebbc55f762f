"""The copy of the database in a backup, and the way back: by SQLite's own backup, or by pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.db import Error, connection, models
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.loader import MigrationLoader

from firm.backups.destinations import sync_folder
from firm.backups.registry import BackupError
from firm.encryption.fields import EncryptedTextField

#: The name of the copy in a backup.
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
#: Columns that name a file of the storage without being a field of files.
NAMED_IN = [("blog_blogpostpage", "social_card")]
#: How a stored token of `firm.encryption.cipher` begins: version, a dot, eight digits of the key's id.
KEY_ID = slice(3, 11)
#: Whom objects belong to is left out: another server has other roles.
OURS = ("--no-owner", "--no-privileges", "--no-comments")


class Copy(NamedTuple):
    """The database at one moment: its file, and `select`, which asks that same moment."""

    path: Path
    select: Callable[[str], Iterable[tuple]]

    def facts(self) -> dict:
        """Return what a manifest says: applied migrations, rows of each table, encrypted values under each key."""
        keys = Counter()
        for table, column in _columns(EncryptedTextField):
            asked = f"SELECT substr({column}, 1, {KEY_ID.stop}), count(*) FROM {table} WHERE {column} <> ''"  # noqa: S608
            for start, count in self.select(f"{asked} GROUP BY 1"):
                keys[start[KEY_ID]] += count
        migrations = self.select("SELECT DISTINCT app, name FROM django_migrations")
        return {
            "database": connection.vendor,
            "migrations": sorted([app, name] for app, name in migrations),
            "rows": dict(self.select(_counting())),
            "keys": keys,
        }

    def uploads(self) -> Iterator[str]:
        """Return the names of the uploads, each of them once, in their order."""
        columns = [*_columns(models.FileField), *NAMED_IN]
        asked = [f"SELECT {column} FROM {table} WHERE {column} <> ''" for table, column in columns]  # noqa: S608
        return (name for (name,) in self.select(" UNION ".join(asked) + " ORDER BY 1"))


def _columns(kind: type[models.Field]) -> list[tuple[str, str]]:
    """Return table and column of each field of a kind, quoted."""
    quoted = connection.ops.quote_name
    return [
        (quoted(model._meta.db_table), quoted(field.column))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, kind)
    ]


def _counting() -> str:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    quoted = connection.ops.quote_name
    return " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {quoted(table)}" for table in sorted(tables))  # noqa: S608


def counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_counting())
        return dict(cursor.fetchall())


def refuse_other_release() -> None:
    """Raise `BackupError` when the database has other migrations than this release."""
    loader = MigrationLoader(connection)
    if missing := sorted(set(loader.graph.nodes) - set(loader.applied_migrations)):
        raise BackupError(
            f"The database lacks the migration {'.'.join(missing[0])}: make the backup with its own release."
        )
    refuse_unknown(loader.applied_migrations)


def refuse_unknown(applied: Iterable[Iterable[str]]) -> None:
    """Raise `BackupError` when there are migrations that only a later release has."""
    loader = MigrationLoader(None)
    known, labels = {*loader.graph.nodes, *loader.disk_migrations}, {config.label for config in apps.get_app_configs()}
    if later := sorted(key for key in map(tuple, applied) if key not in known and key[0] in labels):
        raise BackupError(f"The release here is too old: it does not know the migration {'.'.join(later[0])}.")


# --- The copy ---------------------------------------------------------------------------------------


@contextmanager
def copied(folder: Path) -> Iterator[Copy]:
    """Within the block, a copy of the database in the folder. Others read and write on."""
    path = folder / NAMES[connection.vendor]
    make = {"sqlite": _copied_sqlite, "postgresql": _copied_postgresql}[connection.vendor]
    with make(path) as copy:
        yield copy


@contextmanager
def _copied_sqlite(path: Path) -> Iterator[Copy]:
    name = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(name, timeout=20)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)  # all in one step: in the write-ahead log, that holds up nobody
        # One file on its own, that can be opened where nothing can be written.
        copy.execute("PRAGMA journal_mode = DELETE")
        yield Copy(path, copy.execute)


@contextmanager
def _copied_postgresql(path: Path) -> Iterator[Copy]:
    """The dump and all questions share a snapshot, which this transaction holds."""
    copy = connection.copy()
    try:
        copy.set_autocommit(False)
        with copy.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}")

        def select(asked: str) -> Iterator[tuple]:
            with copy.chunked_cursor() as cursor:
                cursor.execute(asked)
                yield from cursor

        yield Copy(path, select)
    finally:
        copy.close()


def _run(program: str, *arguments: str, database: str = "") -> None:
    """Run pg_dump or pg_restore on the site's database, or on another of the same server."""
    connecting, secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    target = f"--dbname={database or connection.settings_dict['NAME']}"
    found = shutil.which(program)
    if not found:
        raise BackupError(f"{program} is not installed: install the package postgresql-client of the server's version.")
    done = subprocess.run(
        [found, *connecting[1:-1], target, "--no-password", *OURS, *arguments],
        env=os.environ | (secrets or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # What follows the first line of an error may quote a row.
        said = [line for line in done.stderr.splitlines() if "error:" in line] or [f"status {done.returncode}"]
        raise BackupError(f"{program} failed: {said[0].partition('error:')[2].strip()[:160] or said[0]}.")


# --- The way back -----------------------------------------------------------------------------------


def refuse_unless_empty() -> None:
    """Raise `BackupError` when the database has any table."""
    if present := connection.introspection.table_names():
        raise BackupError(
            f"This installation is not empty: its database has {len(present)} tables. Restore into one without any,"
            " before the site is started; nothing was changed."
        )


def load(copy: Path) -> None:
    """Make the copy the site's database, all of it at once or nothing. It has to be `refuse_unless_empty`."""
    refuse_unless_empty()
    if connection.vendor == "postgresql":
        _restore_dump(copy, connection.settings_dict["NAME"])
        return
    _check_sqlite(copy)
    connection.close()
    target = Path(connection.settings_dict["NAME"])
    for rest in ("-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    os.replace(copy, target)
    sync_folder(target.parent)


def _check_sqlite(path: Path) -> None:
    """Raise `BackupError` for a file of SQLite that is not sound."""
    try:
        with closing(sqlite3.connect(path)) as copy:
            is_sound = copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            is_sound = is_sound and not copy.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error:
        is_sound = False
    if not is_sound:
        raise BackupError("SQLite finds the database in the backup damaged.")


def _restore_dump(path: Path, database: str) -> None:
    _run("pg_restore", "--single-transaction", "--exit-on-error", str(path), database=database)


def scratch_name() -> str:
    """Return the name of the database of a drill on PostgreSQL: one at a time."""
    return f"backup_drill_{connection.settings_dict['NAME']}"


@contextmanager
def scratch(copy: Path) -> Iterator[str]:
    """Within the block, a database beside the site's that holds the copy; yields its name, for SQLite its path."""
    if connection.vendor == "sqlite":
        _check_sqlite(copy)
        yield str(copy)
        return
    name, drop = scratch_name(), f"DROP DATABASE IF EXISTS {connection.ops.quote_name(scratch_name())}"
    try:
        with connection.cursor() as cursor:
            cursor.execute(drop)  # of a drill that was killed; one that is in use is refused
            cursor.execute("SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()")
            cursor.execute(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE %s LC_CTYPE %s",
                cursor.fetchone(),
            )
    except Error as error:
        raise BackupError(
            f"No database to try the backup out can be made ({type(error.__cause__ or error).__name__}). Unless another"
            f' trial is running: as its superuser, ALTER ROLE "{connection.settings_dict["USER"]}" CREATEDB.'
        ) from None
    try:
        _restore_dump(copy, name)
        yield name
    finally:
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute(f"{drop} WITH (FORCE)")
