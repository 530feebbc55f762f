"""What the database itself refuses: a consultation before the conflict check has come to an end."""

from importlib import import_module

from django.db import migrations

guards = import_module("consultations.migrations.0003_guards")

#: The states of a request that take a check which passes, as in `consultations.conflict_states`; a test compares them.
GATED = ("scheduled", "consulted", "retained")
PASSING = ("clear", "cleared")
_BLOCKED = f"""NEW.status <> OLD.status AND NEW.status IN {GATED} AND NEW.conflict_state NOT IN {PASSING}"""

POSTGRESQL = [
    f"""CREATE FUNCTION consultations_guard_conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_BLOCKED} THEN
            RAISE EXCEPTION 'the conflict check stands in the way' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$""",
    f"""CREATE TRIGGER consultations_guard_conflict BEFORE UPDATE OF status ON {guards.REQUESTS}
        FOR EACH ROW EXECUTE FUNCTION consultations_guard_conflict()""",
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER consultations_guard_conflict ON {guards.REQUESTS}",
    "DROP FUNCTION consultations_guard_conflict()",
]
SQLITE = [
    f"""CREATE TRIGGER consultations_guard_conflict BEFORE UPDATE OF status ON {guards.REQUESTS}
        WHEN {_BLOCKED}
        BEGIN SELECT RAISE(ABORT, 'the conflict check stands in the way'); END""",
]
SQLITE_BACK = ["DROP TRIGGER IF EXISTS consultations_guard_conflict"]


def forwards(apps, schema_editor):
    guards.run(schema_editor, POSTGRESQL, SQLITE)


def backwards(apps, schema_editor):
    guards.run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0003_guards")]
    operations = [migrations.RunPython(forwards, backwards)]
