"""Restores a backup into a scratch database and compares, table by table, in a process that can reach no other.

On SQLite the scratch is a file in a folder of its own, on PostgreSQL a schema of the site's database. The backup is
opened with its own key, which the process that has just made it still knows: no secret key lies on the server.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import Error, connection, connections

from firm.backups.problems import BackupError

PREFIX, SAYS = "backup_drill_", "CommandError: "
#: Longer than any drill; what is older was left by one that was killed.
STALE = 6 * 3600


def drill(source: str, file_key: bytes) -> dict:
    """Try a backup out; return counts. Raises `BackupError` with what went wrong."""
    with _scratch() as scratch:
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py"), "drill_backup", source]
        manage += ["--scratch", scratch, "--database", str(connection.settings_dict["NAME"])]
        try:
            done = subprocess.run(
                manage, input=file_key.hex(), capture_output=True, text=True, timeout=STALE, check=False
            )
        except subprocess.TimeoutExpired:
            raise BackupError(f"The trial took longer than {STALE // 3600} hours.") from None
    if done.returncode:
        # Only what the command says itself is free of values; the end of a traceback might quote one.
        said = [line.removeprefix(SAYS) for line in done.stderr.splitlines() if line.startswith(SAYS)]
        raise BackupError(said[-1] if said else f"The trial ended with status {done.returncode}.")
    return json.loads(done.stdout.splitlines()[-1])


def use(scratch: str, database: str) -> None:
    """Have this process work in the scratch from now on: a file, or a schema of that database of PostgreSQL.

    Raises `BackupError` when it does not.
    """
    connection.close()
    if connection.vendor == "sqlite":
        connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = scratch
        if not scratch.endswith(".sqlite3") or PREFIX not in scratch or Path(scratch).exists():
            raise BackupError("That is no scratch database.")
        return
    connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = database
    options = connection.settings_dict.setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c search_path={scratch}".strip()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        if not scratch.startswith(PREFIX) or cursor.fetchone() != (scratch,):
            raise BackupError("The scratch schema cannot be used: connections to the database do not keep it.")


@contextmanager
def _scratch() -> Iterator[str]:
    make = {"sqlite": _scratch_file, "postgresql": _scratch_schema}[connection.vendor]
    with make() as scratch:
        yield scratch


@contextmanager
def _scratch_file() -> Iterator[str]:
    for left in settings.DATA_DIR.glob(f".{PREFIX}*"):
        if time.time() - left.stat().st_mtime > STALE:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=f".{PREFIX}") as folder:
        yield str(Path(folder) / "drill.sqlite3")


@contextmanager
def _scratch_schema() -> Iterator[str]:
    name = f"{PREFIX}{int(time.time())}_{os.getpid()}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", [PREFIX.replace("_", r"\_") + "%"])
            for (left,) in cursor.fetchall():
                if time.time() - int(left.removeprefix(PREFIX).split("_")[0]) > STALE:
                    cursor.execute(f'DROP SCHEMA "{left}" CASCADE')
            cursor.execute(f'CREATE SCHEMA "{name}"')
    except Error as error:
        raise BackupError(
            f"No scratch schema can be made: {type(error).__name__}. Does the site's account own the database?"
        ) from None
    try:
        yield name
    finally:
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
