"""What the database itself refuses: every change of the trail of signing in but forgetting what is past its time."""

from django.db import migrations

TRAIL = "firm_signinevent"
SAID = "the trail of signing in cannot be changed"
#: A day less than lines are kept, for clocks that differ.
DAYS = 399

POSTGRESQL = [
    f"""CREATE FUNCTION firm_guard_door_trail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.at < now() - interval '{DAYS} days' THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION '{SAID}' USING ERRCODE = 'check_violation';
    END $$""",
    f"""CREATE TRIGGER firm_guard_door_trail BEFORE UPDATE OR DELETE ON {TRAIL}
        FOR EACH ROW EXECUTE FUNCTION firm_guard_door_trail()""",
    f"""CREATE TRIGGER firm_guard_door_trail_as_a_whole BEFORE TRUNCATE ON {TRAIL}
        FOR EACH STATEMENT EXECUTE FUNCTION firm_guard_door_trail()""",
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER firm_guard_door_trail_as_a_whole ON {TRAIL}",
    f"DROP TRIGGER firm_guard_door_trail ON {TRAIL}",
    "DROP FUNCTION firm_guard_door_trail()",
]
SQLITE = [
    f"""CREATE TRIGGER firm_guard_door_trail_update BEFORE UPDATE ON {TRAIL}
        BEGIN SELECT RAISE(ABORT, '{SAID}'); END""",
    f"""CREATE TRIGGER firm_guard_door_trail_delete BEFORE DELETE ON {TRAIL}
        WHEN julianday(OLD.at) IS NULL OR julianday(OLD.at) >= julianday('now', '-{DAYS} days')
        BEGIN SELECT RAISE(ABORT, '{SAID}'); END""",
]
SQLITE_BACK = [f"DROP TRIGGER IF EXISTS firm_guard_door_trail_{event}" for event in ("update", "delete")]


def run(schema_editor, postgresql: list[str], sqlite: list[str]) -> None:
    for statement in {"postgresql": postgresql, "sqlite": sqlite}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def forwards(apps, schema_editor):
    run(schema_editor, POSTGRESQL, SQLITE)


def backwards(apps, schema_editor):
    run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("firm", "0008_door_kinds")]
    operations = [migrations.RunPython(forwards, backwards)]
