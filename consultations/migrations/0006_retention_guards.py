"""What the database itself refuses: to delete a request with a legal hold, and to change the proof of an erasure."""

from importlib import import_module

from django.db import migrations

guards = import_module("consultations.migrations.0003_guards")

REQUESTS, HOLDS = guards.REQUESTS, "consultations_legalhold"
ERASURES = "consultations_erasure"
#: All but ``swept_at``, which is filled in when the files have been cleaned.
KEPT = ("id", "request_id", "reference_digest", "at", "actor_id", "reason", "outcome")
CHANGED = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in KEPT)
CHANGED_SQLITE = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in KEPT)

POSTGRESQL = [
    f"""CREATE FUNCTION consultations_guard_hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM {HOLDS} WHERE request_id = OLD.id) THEN
            RAISE EXCEPTION 'a request with a legal hold cannot be deleted' USING ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END $$""",  # noqa: S608 (names of ours)
    f"""CREATE TRIGGER consultations_guard_hold BEFORE DELETE ON {REQUESTS}
        FOR EACH ROW EXECUTE FUNCTION consultations_guard_hold()""",
    f"""CREATE FUNCTION consultations_guard_holds() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM {HOLDS}) THEN
            RAISE EXCEPTION 'a request with a legal hold cannot be deleted' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$""",  # noqa: S608 (names of ours)
    f"""CREATE TRIGGER consultations_guard_holds BEFORE TRUNCATE ON {REQUESTS}
        FOR EACH STATEMENT EXECUTE FUNCTION consultations_guard_holds()""",
    """CREATE FUNCTION consultations_guard_erasure() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'the proof of an erasure cannot be changed' USING ERRCODE = 'check_violation';
    END $$""",
    f"""CREATE TRIGGER consultations_guard_erasure_update BEFORE UPDATE ON {ERASURES}
        FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION consultations_guard_erasure()""",
    f"""CREATE TRIGGER consultations_guard_erasure_delete BEFORE DELETE ON {ERASURES}
        FOR EACH ROW EXECUTE FUNCTION consultations_guard_erasure()""",
    f"""CREATE TRIGGER consultations_guard_erasures BEFORE TRUNCATE ON {ERASURES}
        FOR EACH STATEMENT EXECUTE FUNCTION consultations_guard_erasure()""",
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER consultations_guard_erasures ON {ERASURES}",
    f"DROP TRIGGER consultations_guard_erasure_delete ON {ERASURES}",
    f"DROP TRIGGER consultations_guard_erasure_update ON {ERASURES}",
    "DROP FUNCTION consultations_guard_erasure()",
    f"DROP TRIGGER consultations_guard_holds ON {REQUESTS}",
    "DROP FUNCTION consultations_guard_holds()",
    f"DROP TRIGGER consultations_guard_hold ON {REQUESTS}",
    "DROP FUNCTION consultations_guard_hold()",
]
SQLITE = [
    f"""CREATE TRIGGER consultations_guard_hold BEFORE DELETE ON {REQUESTS}
        WHEN EXISTS (SELECT 1 FROM {HOLDS} WHERE request_id = OLD.id)
        BEGIN SELECT RAISE(ABORT, 'a request with a legal hold cannot be deleted'); END""",  # noqa: S608 (names of ours)
    f"""CREATE TRIGGER consultations_guard_erasure_update BEFORE UPDATE ON {ERASURES} WHEN {CHANGED_SQLITE}
        BEGIN SELECT RAISE(ABORT, 'the proof of an erasure cannot be changed'); END""",
    f"""CREATE TRIGGER consultations_guard_erasure_delete BEFORE DELETE ON {ERASURES}
        BEGIN SELECT RAISE(ABORT, 'the proof of an erasure cannot be changed'); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS consultations_guard_erasure_delete",
    "DROP TRIGGER IF EXISTS consultations_guard_erasure_update",
    "DROP TRIGGER IF EXISTS consultations_guard_hold",
]


def forwards(apps, schema_editor):
    guards.run(schema_editor, POSTGRESQL, SQLITE)


def backwards(apps, schema_editor):
    guards.run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0005_calendar_guards")]
    operations = [migrations.RunPython(forwards, backwards)]
