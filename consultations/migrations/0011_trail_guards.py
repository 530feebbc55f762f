"""What the database itself refuses: every change of the chain over the trail, as of the trail."""

from importlib import import_module

from django.db import migrations

guards = import_module("consultations.migrations.0003_guards")

LINES = "consultations_trailline"
POSTGRESQL = [
    f"""CREATE TRIGGER consultations_guard_chain BEFORE UPDATE OR DELETE ON {LINES}
        FOR EACH ROW EXECUTE FUNCTION consultations_guard_trail()""",
    f"""CREATE TRIGGER consultations_guard_chain_as_a_whole BEFORE TRUNCATE ON {LINES}
        FOR EACH STATEMENT EXECUTE FUNCTION consultations_guard_trail()""",
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER consultations_guard_chain_as_a_whole ON {LINES}",
    f"DROP TRIGGER consultations_guard_chain ON {LINES}",
]
SQLITE = [
    f"""CREATE TRIGGER consultations_guard_chain_{event.lower()} BEFORE {event} ON {LINES}
        BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END"""
    for event in ("UPDATE", "DELETE")
]
SQLITE_BACK = [f"DROP TRIGGER IF EXISTS consultations_guard_chain_{event}" for event in ("update", "delete")]


def forwards(apps, schema_editor):
    guards.run(schema_editor, POSTGRESQL, SQLITE)


def backwards(apps, schema_editor):
    guards.run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0010_trail_chain")]
    operations = [migrations.RunPython(forwards, backwards)]
