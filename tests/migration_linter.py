"""Refuses migrations with which the previous release could not go on running; ``make lint`` runs it.

While a new release starts, the one before still works with the new tables. All migrations in ``migrations.baseline``
are released, or belong to the first release: they must not change, which their digests show. Every other one is
looked at as the SQL that it writes for PostgreSQL and for SQLite; neither needs a server. What only the second of two
steps may do stands in ``migrations.second_steps``, each with its reason. See "A migration" in docs/developers.md.

    python -m tests.migration_linter             refuse
    python -m tests.migration_linter --release   write the baseline anew, once all that is new has been released
"""

import hashlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import ConnectionHandler
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.postgresql.schema import DatabaseSchemaEditor as PostgresqlEditor
from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django_migration_linter.sql_analyser import PostgresqlAnalyser, SqliteAnalyser, analyse_sql_statements

BASELINE = Path(__file__).with_name("migrations.baseline")
SECOND_STEPS = Path(__file__).with_name("migrations.second_steps")
ENGINES = {"postgresql": "django.db.backends.postgresql", "sqlite": "django.db.backends.sqlite3"}
#: SQLite makes a table anew for many changes; what these look for is then judged by PostgreSQL's statements alone.
BY_POSTGRESQL = {"NOT_NULL", "ADD_UNIQUE"}

CREATED = re.compile(r'^CREATE TABLE ("?\w+"?)')
ADDED = re.compile(r'^ALTER TABLE ("?\w+"?) ADD COLUMN "(\w+)" (.*)')
NO_DEFAULT = re.compile(r'^ALTER TABLE ("?\w+"?) ALTER COLUMN "(\w+)" DROP DEFAULT')
REQUIRED = re.compile(r'^ALTER TABLE ("?\w+"?) ALTER COLUMN "\w+" SET NOT NULL')
CHECKED = re.compile(r'^ALTER TABLE ("?\w+"?) ADD CONSTRAINT "?\w+"? CHECK (.*)')


class _WrittenEditor(PostgresqlEditor):
    """Writes PostgreSQL's statements without asking a server how to quote, or what a constraint is called there."""

    execute = BaseDatabaseSchemaEditor.execute

    def quote_value(self, value) -> str:
        """Return a text that stands for the value."""
        return "NULL" if value is None else "'{}'".format(str(value).replace("'", "''"))

    def _constraint_names(self, *args, **kwargs) -> list[str]:
        return ["a_constraint"]


def written(migration: Migration, state, vendor: str) -> list[str]:
    """Return the statements of a migration that follows on ``state``, which is left as it is."""
    connection = ConnectionHandler({"default": {"ENGINE": ENGINES[vendor], "NAME": ":memory:"}})["default"]
    if vendor == "postgresql":
        connection.__dict__["pg_version"] = 15_00_00
        connection.SchemaEditorClass = _WrittenEditor
    # Between BEGIN and COMMIT is the server's matter; the linter's checks look at the statements alone.
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state.clone(), editor, collect_sql=True)
    connection.close()
    return [line for line in editor.collected_sql if not line.startswith("--")]


def faults(migration: Migration, state) -> set[str]:
    """Return the codes of what a migration does that the release before it cannot live with."""
    by_postgresql, by_sqlite = (written(migration, state, vendor) for vendor in ("postgresql", "sqlite"))
    found = analyse_sql_statements(PostgresqlAnalyser, by_postgresql, ["NOT_NULL"])[0]
    found += analyse_sql_statements(SqliteAnalyser, by_sqlite, BY_POSTGRESQL)[0]
    own = {"NOT_NULL": _has_required_column(by_postgresql), "ADD_CHECK": _has_check(by_postgresql)}
    own["HIDDEN"] = any(_hides_statements(operation) for operation in migration.operations)
    return {issue.code for issue in found} | {code for code, is_so in own.items() if is_so}


def _has_required_column(statements: list[str]) -> bool:
    """True when a column must be there that the release before leaves out, or may leave empty."""
    made, added = _made(statements), {}
    for line in statements:
        if found := ADDED.match(line):
            added[found[1], found[2]] = found[3]
            is_missed = "NOT NULL" in found[3] and not re.search("DEFAULT|GENERATED", found[3])
        elif found := NO_DEFAULT.match(line):
            is_missed = "NOT NULL" in added.get((found[1], found[2]), "")
        else:
            found = REQUIRED.match(line)
            is_missed = bool(found)
        if is_missed and found[1] not in made:
            return True
    return False


def _has_check(statements: list[str]) -> bool:
    """True when a row of the release before may be refused: for a check on columns that it knows."""
    made, added = _made(statements), {found.groups()[:2] for line in statements if (found := ADDED.match(line))}
    checks = [found.groups() for line in statements if (found := CHECKED.match(line)) and found[1] not in made]
    return any((table, name) not in added for table, rule in checks for name in re.findall(r'"(\w+)"', rule))


def _made(statements: list[str]) -> set[str]:
    return {found[1] for line in statements if (found := CREATED.match(line))}


def _hides_statements(operation) -> bool:
    """True for a function that takes away or renames tables or columns by statements of its own."""
    if not isinstance(operation, RunPython):
        return False
    source = inspect.getsource(inspect.getmodule(operation.code) or operation.code)
    return bool(re.search(r"DROP (COLUMN|TABLE)|RENAME (TO|COLUMN)|SET NOT NULL", source, re.IGNORECASE))


# --- Which are looked at --------------------------------------------------------------------------


def ours() -> MigrationLoader:
    """Return a loader of all migrations, from the files alone."""
    return MigrationLoader(None, replace_migrations=False)


def digests(loader: MigrationLoader) -> dict[str, str]:
    """Return the digest of each migration of the project's own apps, by ``app.name``."""
    own = {config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    return {
        f"{app}.{name}": hashlib.sha256(Path(inspect.getfile(type(migration))).read_bytes()).hexdigest()
        for (app, name), migration in sorted(loader.disk_migrations.items())
        if app in own
    }


def lines_of(path: Path) -> Iterator[list[str]]:
    """Yield the words of a list's lines; what follows ``#`` is for people."""
    for line in path.read_text().splitlines():
        if words := line.partition("#")[0].split():
            yield words


def complaints(loader: MigrationLoader, *, baseline: Path = BASELINE, second_steps: Path = SECOND_STEPS) -> list[str]:
    """Return what is wrong with the migrations that there are, a line for each."""
    released, present = dict(lines_of(baseline)), digests(loader)
    found = [f"{name} was released, and is gone" for name in sorted(released.keys() - present.keys())]
    changed = [name for name in released.keys() & present.keys() if released[name] != present[name]]
    found += [f"{name} was released, and is no longer what it was: write another one" for name in sorted(changed)]
    allowed = {(name, code) for name, *codes in lines_of(second_steps) for code in codes}
    for name in sorted(present.keys() - released.keys()):
        key = tuple(name.split(".", 1))
        codes = faults(loader.disk_migrations[key], loader.project_state(key, at_end=False))
        found += [f"{name}: {code}" for code in sorted(codes) if (name, code) not in allowed]
        allowed -= {(name, code) for code in codes}
    found += [f"{name}: {code} is allowed for nothing in {second_steps.name}" for name, code in sorted(allowed)]
    return found


def release(loader: MigrationLoader) -> None:
    """Write the baseline: everything that there is now has been released."""
    head = "# What is released, or belongs to the first release, and the SHA-256 of its file. See migration_linter.py."
    lines = [f"{name} {digest}" for name, digest in digests(loader).items()]
    BASELINE.write_text("\n".join([head, *lines, ""]))


if __name__ == "__main__":
    django.setup()
    if sys.argv[1:] == ["--release"]:
        release(ours())
    elif wrong := complaints(ours()):
        reason = 'The release before could not go on running. See "A migration" in docs/developers.md.'
        sys.exit("\n".join([*wrong, reason]))
