"""The copy of the database in a backup, and the way back: by SQLite's own backup, or by pg_dump and pg_restore."""

import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import Error, connection, models
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from firm.backups.destinations import sync_folder
from firm.backups.problems import BackupError
from firm.encryption.fields import EncryptedTextField

#: The name of the copy in a backup.
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
#: Columns that name a file of the storage without being a field of files.
NAMED_IN = {"blog_blogpostpage": ["social_card"]}
#: How a stored token of `firm.encryption.cipher` begins: version, a dot, eight digits of the key's id.
KEY_ID = slice(3, 11)
DRILL = "backup_drill_"
#: Longer than any drill, in seconds: an older scratch database was left by one that was killed.
STALE = 6 * 3600


@dataclass(frozen=True)
class Copy:
    """The database at one moment: its file, and `select`, which asks that same moment."""

    path: Path
    select: Callable[[str], Iterable[tuple]]

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table of a model."""
        return dict(self.select(_counting(tables())))

    def keys(self) -> dict[str, int]:
        """Return how many encrypted values there are of each key, by its id."""
        counts: dict[str, int] = {}
        for table, column in _columns(EncryptedTextField):
            asked = f"SELECT substr({column}, 1, {KEY_ID.stop}), count(*) FROM {table} WHERE {column} <> ''"  # noqa: S608
            for start, count in self.select(f"{asked} GROUP BY 1"):
                counts[start[KEY_ID]] = counts.get(start[KEY_ID], 0) + count
        return counts

    def files(self) -> Iterable[str]:
        """Return the names of the uploads, each of them once, in their order."""
        named = [*_columns(models.FileField)]
        named += [(quoted(table), quoted(column)) for table, columns in NAMED_IN.items() for column in columns]
        asked = [f"SELECT {column} FROM {table} WHERE {column} <> ''" for table, column in named]  # noqa: S608
        return (name for (name,) in self.select(" UNION ".join(asked) + " ORDER BY 1"))

    def migrations(self) -> list[list[str]]:
        """Return app and name of each applied migration."""
        return sorted([app, name] for app, name in self.select("SELECT DISTINCT app, name FROM django_migrations"))


def quoted(name: str) -> str:
    """Return a name of a table or column as SQL has it."""
    return connection.ops.quote_name(name)


def tables() -> list[str]:
    """Return the tables of models, and that of migrations."""
    present = set(connection.introspection.table_names())
    return sorted(
        present & {*connection.introspection.django_table_names(), MigrationRecorder.Migration._meta.db_table}
    )


def _counting(names: Iterable[str]) -> str:
    return " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {quoted(name)}" for name in names)  # noqa: S608


def _columns(kind: type[models.Field]) -> Iterator[tuple[str, str]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields if model._meta.managed and not model._meta.proxy else ():
            if isinstance(field, kind):
                yield quoted(model._meta.db_table), quoted(field.column)


def refuse_other_release() -> None:
    """Raise `BackupError` when the database has other migrations than this release."""
    loader = MigrationLoader(connection)
    applied, known = set(loader.applied_migrations), set(loader.graph.nodes)
    if missing := sorted(known - applied):
        raise BackupError(
            f"The database lacks the migration {'.'.join(missing[0])}: make the backup with its own release."
        )
    refuse_unknown(applied)


def refuse_unknown(applied: Iterable[Iterable[str]]) -> None:
    """Raise `BackupError` when there are migrations that only a later release has."""
    loader = MigrationLoader(None)
    known, labels = {*loader.graph.nodes, *loader.disk_migrations}, {config.label for config in apps.get_app_configs()}
    if later := sorted(key for key in map(tuple, applied) if key not in known and key[0] in labels):
        raise BackupError(f"The release here is too old: it does not know the migration {'.'.join(later[0])}.")


def size() -> int:
    """Return how many bytes the copy takes at most."""
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


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
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}", *_ours())

        def select(asked: str) -> Iterator[tuple]:
            with copy.chunked_cursor() as cursor:
                cursor.execute(asked)
                yield from cursor

        yield Copy(path, select)
    finally:
        copy.close()


def _ours() -> tuple[str, ...]:
    """Leave out whom objects belong to: another server has other roles."""
    return "--no-owner", "--no-privileges", "--no-comments"


def _run(program: str, *arguments: str, database: str = "") -> None:
    """Run a program of PostgreSQL on the site's database, or another of the same server."""
    found = _found(program)
    connecting, secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    target = f"--dbname={database or connection.settings_dict['NAME']}"
    done = subprocess.run(
        [found, *connecting[1:-1], target, "--no-password", *arguments],
        env=os.environ | (secrets or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # What follows the first line of an error may quote a row.
        said = [line for line in done.stderr.splitlines() if "error:" in line] or [f"status {done.returncode}"]
        raise BackupError(f"{program} failed: {said[0].partition('error:')[2].strip()[:160] or said[0]}.")


def _found(program: str) -> str:
    """Return the path of a program; raise `BackupError` when it is missing, or older than the server."""
    server, found = connection.pg_version // 10_000, shutil.which(program)
    if not found:
        raise BackupError(f"{program} is not installed: install the package postgresql-client-{server}.")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"\d+", said)
    if not version or int(version[0]) < server:
        has = version[0] if version else "unknown"
        raise BackupError(
            f"{program} is of version {has}, older than the server: install the package postgresql-client-{server}."
        )
    return found


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
        restore_dump(copy, connection.settings_dict["NAME"])
        return
    check_sqlite(copy)
    connection.close()
    target = Path(connection.settings_dict["NAME"])
    for rest in ("-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    os.replace(copy, target)
    sync_folder(target.parent)


def check_sqlite(path: Path) -> None:
    """Raise `BackupError` for a file of SQLite that is not sound."""
    try:
        with closing(sqlite3.connect(path)) as copy:
            is_sound = copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            is_sound = is_sound and not copy.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error:
        is_sound = False
    if not is_sound:
        raise BackupError("SQLite finds the database in the backup damaged.")


def restore_dump(path: Path, database: str) -> None:
    """Fill an empty database of PostgreSQL, in one transaction."""
    _run("pg_restore", "--single-transaction", "--exit-on-error", *_ours(), str(path), database=database)


@contextmanager
def scratch(copy: Path) -> Iterator[str]:
    """Within the block, a database beside the site's that holds the copy; yields its name, for SQLite its path."""
    if connection.vendor == "sqlite":
        check_sqlite(copy)
        yield str(copy)
        return
    name = f"{DRILL}{int(time.time())}_{os.getpid()}"
    try:
        with connection.cursor() as cursor:
            _drop_stale(cursor)
            cursor.execute("SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()")
            collate, ctype = cursor.fetchone()
            cursor.execute(
                f"CREATE DATABASE {quoted(name)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE %s LC_CTYPE %s",
                [collate, ctype],
            )
    except Error as error:
        raise BackupError(
            f"No database to try the backup out can be made ({type(error.__cause__ or error).__name__}): as its"
            f" superuser, ALTER ROLE {quoted(connection.settings_dict['USER'])} CREATEDB."
        ) from None
    try:
        restore_dump(copy, name)
        yield name
    finally:
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")


def _drop_stale(cursor) -> None:
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [DRILL.replace("_", r"\_") + "%"])
    for (name,) in cursor.fetchall():
        if time.time() - int(name.removeprefix(DRILL).split("_")[0]) > STALE:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")


def counts() -> dict[str, int]:
    """Return the number of rows of each table of a model, as of now."""
    with connection.cursor() as cursor:
        cursor.execute(_counting(tables()))
        return dict(cursor.fetchall())
