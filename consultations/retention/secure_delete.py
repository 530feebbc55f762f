"""Cleans the database's files of what was erased: a deleted row is no longer found, but its bytes are still there.

SQLite overwrites what it deletes (``secure_delete``), yet the write-ahead log keeps older pages until it is emptied.
PostgreSQL keeps old versions of rows, and samples of columns in its statistics, until a table is written anew.
"""

import logging
import time

from django.db import connection, models
from django.utils import timezone

from consultations.models import ConsultationRequest, Erasure
from firm.lock_timeout import at_most

logger = logging.getLogger(__name__)
#: Seconds to wait for a table that is in use, and between two looks at who still reads.
LOCK_PATIENCE, _PAUSE = 5, 0.2
STATISTICS = "pg_catalog.pg_statistic"


def sweep_at_once() -> bool:
    """Clean the files while somebody waits for an answer: where that takes a moment only; the worker does it soon."""
    return connection.vendor == "sqlite" and sweep(patience=1)


def sweep(*, patience: float = 20) -> bool:
    """Clean the files if anything was erased since the last time; return whether they are clean now.

    ``patience`` is how many seconds it waits for those who still read what was erased.

    Nothing is lost when it does not succeed: what is not clean is cleaned by a later call. Inside a transaction, where
    no database can do it, it does nothing.
    """
    unswept = Erasure.objects.unswept()
    if not unswept.exists():
        return True
    if connection.in_atomic_block:
        return False
    numbers = list(unswept.values_list("pk", flat=True))
    try:
        is_clean = _sweep_sqlite(patience) if connection.vendor == "sqlite" else _sweep_postgresql(patience)
    except Exception as error:
        logger.error("The database's files could not be cleaned: %s", type(error).__name__)
        return False
    if is_clean:
        Erasure.objects.filter(pk__in=numbers).update(swept_at=timezone.now())
    else:
        logger.warning("The database's files could not be cleaned yet; it is tried again.")
    return is_clean


def touched_models() -> list[type[models.Model]]:
    """Return the models whose rows go with a request, the request's own first."""
    found, edge = [ConsultationRequest], [ConsultationRequest]
    while edge:
        below = {
            relation.related_model
            for model in edge
            for relation in model._meta.related_objects
            if relation.on_delete in (models.CASCADE, models.PROTECT)
        }
        edge = sorted(below - set(found), key=lambda model: model._meta.label)
        found += edge
    return found


# --- SQLite ---------------------------------------------------------------------------------------


def _sweep_sqlite(patience: float) -> bool:
    """Move the write-ahead log into the database and empty it, when nobody reads an older state any more."""
    with at_most(patience), connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return not cursor.fetchone()[0]


# --- PostgreSQL -----------------------------------------------------------------------------------


def _sweep_postgresql(patience: float) -> bool:
    """Write the touched tables and the statistics anew, once no transaction is left that could see what was erased."""
    tables = [model._meta.db_table for model in touched_models()]
    with connection.cursor() as cursor:
        if not all(_may_rewrite(cursor, table) for table in (*tables, STATISTICS)):
            logger.error("The database and its tables must belong to the account of the site to be cleaned.")
            return False
        if not _others_are_over(cursor, patience):
            return False
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_PATIENCE}s"])
        try:
            for table in tables:
                cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
                _forget_samples(cursor, table)
            if not _others_are_over(cursor, patience):  # those that began while the tables still had their samples
                return False
            cursor.execute(f"VACUUM (FULL) {STATISTICS}")
        finally:
            cursor.execute("RESET lock_timeout")
    return True


def _forget_samples(cursor, table: str) -> None:
    """Drop the statistics of an empty table: to analyse it leaves the old samples; to name a column's type does not."""
    name = connection.ops.quote_name(table)
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name})")  # noqa: S608 (a name of ours)
    if cursor.fetchone()[0]:
        return
    cursor.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_stats s"
        " ON s.tablename = %s AND s.attname = a.attname WHERE a.attrelid = %s::regclass AND a.attname <> 'status'",
        [table, table],
    )
    for column, kind in cursor.fetchall():  # a trigger holds on to the column of the status, which says nothing
        cursor.execute(f"ALTER TABLE {name} ALTER COLUMN {connection.ops.quote_name(column)} TYPE {kind}")


def _others_are_over(cursor, patience: float) -> bool:
    """Wait until nobody sees what was there before now, nor will; return whether that is so.

    First every transaction of the server that writes now has to end: as long as one does, in whatever database, each
    that begins sees as far back, the cleaning itself too. Then those that run in this database. Their locks tell, which
    every account may see. An automatic ANALYZE keeps old rows alive as a visitor's transaction does; a VACUUM does not.
    """
    give_up = time.monotonic() + patience
    cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    [begun] = cursor.fetchone()
    while _sees_before(cursor, begun):
        if time.monotonic() > give_up:
            return False
        time.sleep(_PAUSE)
    running = _transactions(cursor)
    while running:
        if time.monotonic() > give_up:
            return False
        time.sleep(_PAUSE)
        running &= _transactions(cursor)
    return True


def _sees_before(cursor, begun: str) -> bool:
    """Return whether a transaction that begins now sees what was there before the one of this number."""
    cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) < %s::xid8", [begun])
    return cursor.fetchone()[0]


def _transactions(cursor) -> set[str]:
    """Return the transactions of this database that keep old rows alive, but for our own."""
    cursor.execute(
        "SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
        " WHERE l.locktype = 'virtualxid' AND a.datname = current_database() AND a.pid <> pg_backend_pid()"
        " AND a.pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)"
    )
    return {row[0] for row in cursor.fetchall()}


def _may_rewrite(cursor, table: str) -> bool:
    """Return whether the account may write a table anew: its owner may, and the owner of the database."""
    cursor.execute(
        "SELECT pg_has_role(c.relowner, 'USAGE') OR pg_has_role(d.datdba, 'USAGE')"
        " FROM pg_class c, pg_database d WHERE c.oid = %s::regclass AND d.datname = current_database()",
        [table],
    )
    return cursor.fetchone()[0]
