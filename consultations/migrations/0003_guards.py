"""What the database itself refuses: forbidden changes of state, and every change of the audit trail."""

from django.db import migrations

REQUESTS, TRAIL = "consultations_consultationrequest", "consultations_auditentry"
#: The allowed changes of state as they were when this was written; a test compares them with the table in workflow.py.
PAIRS = """
new>in_review new>contacted new>not_reached new>declined new>referred new>conflict new>quarantine new>merged
in_review>contacted in_review>not_reached in_review>declined in_review>referred in_review>conflict
in_review>quarantine in_review>merged
contacted>scheduled contacted>consulted contacted>not_reached contacted>declined contacted>referred
contacted>conflict contacted>merged
scheduled>consulted scheduled>contacted scheduled>not_reached scheduled>declined scheduled>referred
scheduled>conflict scheduled>merged
consulted>retained consulted>scheduled consulted>declined consulted>referred consulted>conflict consulted>merged
retained>consulted declined>in_review declined>merged referred>in_review referred>merged
not_reached>in_review not_reached>contacted not_reached>merged
conflict>in_review quarantine>new quarantine>declined quarantine>merged merged>in_review
"""
ALLOWED = ", ".join(f"'{pair}'" for pair in PAIRS.split())

POSTGRESQL = [
    f"""CREATE FUNCTION consultations_guard_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) NOT IN ({ALLOWED}) THEN
            RAISE EXCEPTION 'forbidden move' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$""",
    f"""CREATE TRIGGER consultations_guard_move BEFORE UPDATE OF status ON {REQUESTS}
        FOR EACH ROW EXECUTE FUNCTION consultations_guard_move()""",
    """CREATE FUNCTION consultations_guard_trail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'the audit trail cannot be changed' USING ERRCODE = 'check_violation';
    END $$""",
    f"""CREATE TRIGGER consultations_guard_trail BEFORE UPDATE OR DELETE ON {TRAIL}
        FOR EACH ROW EXECUTE FUNCTION consultations_guard_trail()""",
    f"""CREATE TRIGGER consultations_guard_trail_as_a_whole BEFORE TRUNCATE ON {TRAIL}
        FOR EACH STATEMENT EXECUTE FUNCTION consultations_guard_trail()""",
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER consultations_guard_trail_as_a_whole ON {TRAIL}",
    f"DROP TRIGGER consultations_guard_trail ON {TRAIL}",
    f"DROP TRIGGER consultations_guard_move ON {REQUESTS}",
    "DROP FUNCTION consultations_guard_trail()",
    "DROP FUNCTION consultations_guard_move()",
]
SQLITE = [
    f"""CREATE TRIGGER consultations_guard_move BEFORE UPDATE OF status ON {REQUESTS}
        WHEN NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) NOT IN ({ALLOWED})
        BEGIN SELECT RAISE(ABORT, 'forbidden move'); END""",
    f"""CREATE TRIGGER consultations_guard_trail_update BEFORE UPDATE ON {TRAIL}
        BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END""",
    f"""CREATE TRIGGER consultations_guard_trail_delete BEFORE DELETE ON {TRAIL}
        BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS consultations_guard_trail_delete",
    "DROP TRIGGER IF EXISTS consultations_guard_trail_update",
    "DROP TRIGGER IF EXISTS consultations_guard_move",
]


def run(schema_editor, postgresql: list[str], sqlite: list[str]) -> None:
    for statement in {"postgresql": postgresql, "sqlite": sqlite}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def forwards(apps, schema_editor):
    run(schema_editor, POSTGRESQL, SQLITE)


def backwards(apps, schema_editor):
    run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0002_roles")]
    operations = [migrations.RunPython(forwards, backwards)]
