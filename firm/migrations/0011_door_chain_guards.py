"""What the database itself refuses: every change of the chain over the trail of signing in.

Lines whose entries are gone may go; the trail itself lets none go before its time (migration 0009).
"""

from importlib import import_module

from django.db import migrations

guards = import_module("firm.migrations.0009_door_guards")

LINES, TRAIL = "firm_signinline", guards.TRAIL
POSTGRESQL = [
    f"""CREATE FUNCTION firm_guard_door_chain() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN
            IF NOT EXISTS (SELECT 1 FROM {TRAIL} WHERE id = OLD.entry_id) THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION '{guards.SAID}' USING ERRCODE = 'check_violation';
    END $$""",  # noqa: S608 (names of ours)
    f"""CREATE TRIGGER firm_guard_door_chain BEFORE UPDATE OR DELETE ON {LINES}
        FOR EACH ROW EXECUTE FUNCTION firm_guard_door_chain()""",
    f"""CREATE TRIGGER firm_guard_door_chain_as_a_whole BEFORE TRUNCATE ON {LINES}
        FOR EACH STATEMENT EXECUTE FUNCTION firm_guard_door_chain()""",
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER firm_guard_door_chain_as_a_whole ON {LINES}",
    f"DROP TRIGGER firm_guard_door_chain ON {LINES}",
    "DROP FUNCTION firm_guard_door_chain()",
]
SQLITE = [
    f"""CREATE TRIGGER firm_guard_door_chain_update BEFORE UPDATE ON {LINES}
        BEGIN SELECT RAISE(ABORT, '{guards.SAID}'); END""",
    f"""CREATE TRIGGER firm_guard_door_chain_delete BEFORE DELETE ON {LINES}
        WHEN EXISTS (SELECT 1 FROM {TRAIL} WHERE id = OLD.entry_id)
        BEGIN SELECT RAISE(ABORT, '{guards.SAID}'); END""",  # noqa: S608 (names of ours)
]
SQLITE_BACK = [f"DROP TRIGGER IF EXISTS firm_guard_door_chain_{event}" for event in ("update", "delete")]


def forwards(apps, schema_editor):
    guards.run(schema_editor, POSTGRESQL, SQLITE)


def backwards(apps, schema_editor):
    guards.run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("firm", "0010_door_chain")]
    operations = [migrations.RunPython(forwards, backwards)]
