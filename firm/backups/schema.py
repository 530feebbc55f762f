"""Makes the tables of an empty database what they were when a backup was made."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from firm.backups.contents import Applied
from firm.backups.problems import BackupError


def refuse_later_tables(applied: Applied) -> None:
    """Raise `BackupError` when the database has had migrations that these do not have."""
    loader = MigrationExecutor(connection).loader
    more = sorted((set(loader.applied_migrations) & set(loader.graph.nodes)) - {tuple(key) for key in applied})
    if more:
        raise BackupError(
            f"The tables here are of a later release than the backup ({'.'.join(more[0])}). Restore into a database"
            " without tables; this release brings them up to date afterwards."
        )


def bring_to(applied: Applied) -> None:
    """Apply these migrations, as far as they are missing."""
    executor = MigrationExecutor(connection)
    nodes, present = set(executor.loader.graph.nodes), set(executor.loader.applied_migrations)
    wanted = {tuple(key) for key in applied}
    if nodes <= wanted:
        call_command("migrate", interactive=False, verbosity=0)
        return
    targets = [key for key in sorted(wanted & nodes) if key not in present and not _is_followed(executor, key, wanted)]
    executor.migrate(targets)


def _is_followed(executor: MigrationExecutor, key: tuple[str, str], wanted: set) -> bool:
    """Whether a later migration of the same app is wanted, too."""
    children = executor.loader.graph.node_map[key].children
    return any(child.key[0] == key[0] and child.key in wanted for child in children)
