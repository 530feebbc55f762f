"""Cleans the database files after an erasure, since the bytes of deleted rows are still there.

SQLite overwrites what it deletes (``secure_delete``), but the write-ahead log has older pages until it is emptied.
PostgreSQL has old row versions, and samples of columns in its statistics, until a table is rewritten.
"""

import logging
import time

from django.db import connection, models
from django.utils import timezone

from consultations.models import ConsultationRequest, Erasure
from firm.lock_timeout import at_most

logger = logging.getLogger(__name__)
#: Seconds to wait for a locked table, and between two checks of running transactions.
LOCK_TIMEOUT, _PAUSE = 5, 0.2
STATISTICS = "pg_catalog.pg_statistic"


def clean_files_at_once() -> bool:
    """Clean the files during a web request, where that is quick; otherwise the worker does it soon."""
    return connection.vendor == "sqlite" and clean_files(timeout=1)


def clean_files(*, timeout: float = 20) -> bool:
    """Clean the files if anything was erased since the last time; return whether they are clean now.

    ``timeout`` is how many seconds to wait for transactions that can still read what was erased. After a failure, or
    inside a transaction, where no database can do it, a later call cleans the files.
    """
    unclean = Erasure.objects.unswept()
    if not unclean.exists():
        return True
    if connection.in_atomic_block:
        return False
    numbers = list(unclean.values_list("pk", flat=True))
    try:
        is_clean = _clean_sqlite(timeout) if connection.vendor == "sqlite" else _clean_postgresql(timeout)
    except Exception as error:
        logger.error("The database's files could not be cleaned: %s", type(error).__name__)
        return False
    if is_clean:
        Erasure.objects.filter(pk__in=numbers).update(swept_at=timezone.now())
    else:
        logger.warning("The database's files could not be cleaned yet; the worker tries again.")
    return is_clean


def touched_models() -> list[type[models.Model]]:
    """Return the request's model and all models whose rows are deleted with it."""
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


def _clean_sqlite(timeout: float) -> bool:
    """Checkpoint and truncate the write-ahead log, once nobody reads an older state."""
    with at_most(timeout), connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return not cursor.fetchone()[0]


def _clean_postgresql(timeout: float) -> bool:
    """Rewrite the touched tables and the statistics, once no transaction can see what was erased."""
    tables = [model._meta.db_table for model in touched_models()]
    with connection.cursor() as cursor:
        if not all(_may_rewrite(cursor, table) for table in (*tables, STATISTICS)):
            logger.error("The database and its tables must belong to the account of the site to be cleaned.")
            return False
        if not _others_are_over(cursor, timeout):
            return False
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_TIMEOUT}s"])
        try:
            for table in tables:
                cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
                _forget_samples(cursor, table)
            if not _others_are_over(cursor, timeout):  # those that began before the samples were gone
                return False
            cursor.execute(f"VACUUM (FULL) {STATISTICS}")
        finally:
            cursor.execute("RESET lock_timeout")
    return True


def _forget_samples(cursor, table: str) -> None:
    """Drop the statistics of an empty table: ANALYZE leaves the old samples, changing a column's type does not."""
    name = connection.ops.quote_name(table)
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name})")  # noqa: S608 (a model's table)
    if cursor.fetchone()[0]:
        return
    cursor.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_stats s"
        " ON s.tablename = %s AND s.attname = a.attname WHERE a.attrelid = %s::regclass AND a.attname <> 'status'",
        [table, table],
    )
    for column, kind in cursor.fetchall():  # a trigger depends on the status, which identifies nobody
        cursor.execute(f"ALTER TABLE {name} ALTER COLUMN {connection.ops.quote_name(column)} TYPE {kind}")


def _others_are_over(cursor, timeout: float) -> bool:
    """Wait until no transaction can see the state before now; return whether that is so.

    First, every transaction of the server that writes now has to end: until then new snapshots in any database reach
    back as far, including the cleanup's own. Then those that run in this database; their locks show them to every
    account. An automatic ANALYZE holds old rows back like any transaction; a VACUUM does not.
    """
    give_up = time.monotonic() + timeout
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
    cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) < %s::xid8", [begun])
    return cursor.fetchone()[0]


def _transactions(cursor) -> set[str]:
    """Return the other transactions of this database that hold old rows back."""
    cursor.execute(
        "SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
        " WHERE l.locktype = 'virtualxid' AND a.datname = current_database() AND a.pid <> pg_backend_pid()"
        " AND a.pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)"
    )
    return {row[0] for row in cursor.fetchall()}


def _may_rewrite(cursor, table: str) -> bool:
    """Return whether the account may rewrite a table: as its owner, or as owner of the database."""
    cursor.execute(
        "SELECT pg_has_role(c.relowner, 'USAGE') OR pg_has_role(d.datdba, 'USAGE')"
        " FROM pg_class c, pg_database d WHERE c.oid = %s::regclass AND d.datname = current_database()",
        [table],
    )
    return cursor.fetchone()[0]
