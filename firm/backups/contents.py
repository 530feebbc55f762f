"""What belongs to a backup: which tables, which files, and what of either is left out on purpose."""

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps as present_apps
from django.conf import settings
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from firm.backups.columns import Column, column_of
from firm.backups.problems import BackupError

#: Sessions: after a restore everybody signs in again. The search index: made anew.
LEFT_OUT = frozenset({"sessions", "wagtailsearch"})
#: Columns that name a file without being a field of files, by table.
NAMED_IN = {"blog_blogpostpage": ["social_card"]}
#: Folders below ``DATA_DIR`` that are taken along whole.
FOLDERS = ("archive",)
MIGRATIONS = "django_migrations"

#: An applied migration: app and name.
Applied = list[list[str]]


def applied_migrations() -> Applied:
    """Return which migrations the database has had."""
    return sorted([list(key) for key in MigrationRecorder(connection).applied_migrations()])


def tables_at(applied: Applied) -> dict[str, list[Column]]:
    """Return the tables of a database with these migrations, and their columns, without those that are left out."""
    return {
        model._meta.db_table: [column_of(field) for field in model._meta.local_concrete_fields]
        for model in [*_models_at(applied), MigrationRecorder.Migration]
        if _has_table(model) and model._meta.app_label not in LEFT_OUT
    }


def left_out_tables() -> list[str]:
    """Return the tables that a restore empties and does not fill."""
    return [
        model._meta.db_table
        for model in present_apps.get_models(include_auto_created=True)
        if _has_table(model) and model._meta.app_label in LEFT_OUT
    ]


def file_columns(applied: Applied) -> dict[str, list[str]]:
    """Return the columns that name files of the storage, by table."""
    named = {}
    for model in _models_at(applied):
        columns = [field.column for field in model._meta.local_concrete_fields if isinstance(field, models.FileField)]
        columns += NAMED_IN.get(model._meta.db_table, [])
        if columns and _has_table(model):
            named[model._meta.db_table] = columns
    return named


def folder_files() -> Iterator[tuple[str, Path]]:
    """Yield the files of `FOLDERS` with their names below ``DATA_DIR``."""
    for folder in FOLDERS:
        for path in sorted((settings.DATA_DIR / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(settings.DATA_DIR).as_posix(), path


def _models_at(applied: Applied):
    """Return the models as of these migrations: those of the code, unless some of its migrations are missing."""
    loader = MigrationLoader(connection)
    known, keys = set(loader.graph.nodes), {tuple(key) for key in applied}
    labels = {config.label for config in present_apps.get_app_configs()}
    foreign = sorted(key for key in keys - known - set(loader.disk_migrations) if key[0] in labels)
    if foreign:
        raise BackupError(f"The release here is too old: it does not know the migration {'.'.join(foreign[0])}.")
    if known <= keys:
        return present_apps.get_models(include_auto_created=True)
    state = loader.graph.make_state(nodes=sorted(known & keys), at_end=True, real_apps=loader.unmigrated_apps)
    return state.apps.get_models(include_auto_created=True)


def _has_table(model) -> bool:
    return model._meta.managed and not model._meta.proxy and not model._meta.swapped
