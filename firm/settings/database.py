"""How the site is connected to its database: SQLite on one machine, PostgreSQL on servers."""

from pathlib import Path

from firm.settings.environment import Environment

# Write-ahead log with full synchronisation: an acknowledged write is on disk. Immediate transactions take the write
# lock at once, so two writers queue instead of failing at their second statement. What is deleted is overwritten with
# zeros.
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;"
    ),
}
#: A server of PostgreSQL that cannot be reached, or is gone without a word, is given up after some seconds.
POSTGRESQL = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
#: Seconds that a statement waits for a lock, and that a transaction may stand open without one.
LOCK_SECONDS, IDLE_SECONDS = 20, 600


def databases(env: Environment, data_dir: Path) -> dict:
    database = env.database("DATABASE_URL", f"sqlite:///{data_dir / 'db.sqlite3'}")
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database |= {"OPTIONS": SQLITE, "CONN_MAX_AGE": 60}
        return {"default": database}
    is_pooled = env.flag("DATABASE_POOLED")
    seconds = env.number("DATABASE_STATEMENT_SECONDS", 0, least=0)
    options = POSTGRESQL | database.get("OPTIONS", {})
    # What was acknowledged is on the disk, also where the server is set to answer sooner. No statement here is so long
    # that it would be worth compiling, which takes PostgreSQL longer than running it.
    if not is_pooled:  # a pooler takes none of these at connecting: there, they belong to the role
        options["options"] = (
            f"-c lock_timeout={LOCK_SECONDS}s -c idle_in_transaction_session_timeout={IDLE_SECONDS}s"
            f" -c statement_timeout={seconds}s -c synchronous_commit=on -c jit=off"
        )
    database |= {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": is_pooled,
        "OPTIONS": options,
    }
    return {"default": database}


def admin_search(databases: dict) -> str:
    """Return what searches the lists of the admin in these databases."""
    is_sqlite = databases["default"]["ENGINE"] == "django.db.backends.sqlite3"
    return "firm.search.admin_backend" if is_sqlite else "wagtail.search.backends.database"
