"""What the database itself refuses: two appointments at once in one calendar.

PostgreSQL is given ranges on both sides of the comparison, so that no extension, and no right to make one, is needed.
"""

from django.db import migrations

TABLE = "consultations_appointment"
POSTGRESQL = f"""ALTER TABLE {TABLE} ADD CONSTRAINT appointment_no_clash EXCLUDE USING gist (
    int8range(calendar_id, calendar_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&
) WHERE (state IN ('hold', 'held'))"""
CLASH = f"""WHEN NEW.state IN ('hold', 'held') AND EXISTS (
        SELECT 1 FROM {TABLE} WHERE calendar_id = NEW.calendar_id AND id IS NOT NEW.id AND state IN ('hold', 'held')
        AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at
    ) BEGIN SELECT RAISE(ABORT, 'appointment_no_clash'); END"""  # noqa: S608 (a constant)
SQLITE = [
    f"CREATE TRIGGER appointment_no_clash_insert BEFORE INSERT ON {TABLE} {CLASH}",
    f"CREATE TRIGGER appointment_no_clash_update BEFORE UPDATE ON {TABLE} {CLASH}",
]


def forwards(apps, schema_editor):
    for statement in {"postgresql": [POSTGRESQL], "sqlite": SQLITE}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT appointment_no_clash", params=None)
    else:
        for name in ("insert", "update"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS appointment_no_clash_{name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0004_conflict_guards")]
    operations = [migrations.RunPython(forwards, backwards)]
