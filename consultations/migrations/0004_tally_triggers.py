"""The triggers that keep the tally of the requests, and the tally of those that are there."""

from django.db import migrations

REQUESTS, TALLY = "consultations_consultationrequest", "consultations_requesttally"
KEYS = ("status", "assignee_id", "practice_area_id", "conflict_state", "in_custody")
NAMES = ", ".join(KEYS)


def add(row: str, number: int) -> str:
    values = ", ".join(f"{row}.{key}" for key in KEYS)
    return f"INSERT INTO {TALLY} ({NAMES}, requests) VALUES ({values}, {number})"


STATEMENTS = {
    "insert": ("INSERT", [add("NEW", 1)]),
    "update": (f"UPDATE OF {NAMES}", [add("OLD", -1), add("NEW", 1)]),
    "delete": ("DELETE", [add("OLD", -1)]),
}


def differs(word: str) -> str:
    return " OR ".join(f"OLD.{key} {word} NEW.{key}" for key in KEYS)


def forwards(apps, schema_editor):
    for name, (event, statements) in STATEMENTS.items():
        trigger, body = f"consultations_tally_{name}", "; ".join(statements)
        if schema_editor.connection.vendor == "postgresql":
            when = f"WHEN ({differs('IS DISTINCT FROM')})" if name == "update" else ""
            schema_editor.execute(
                f"""CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN {body}; RETURN NULL; END $$""",
                params=None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {trigger} AFTER {event} ON {REQUESTS} FOR EACH ROW {when} EXECUTE FUNCTION {trigger}()",
                params=None,
            )
        else:
            when = f"WHEN {differs('IS NOT')}" if name == "update" else ""
            schema_editor.execute(
                f"CREATE TRIGGER {trigger} AFTER {event} ON {REQUESTS} {when} BEGIN {body}; END", params=None
            )
    schema_editor.execute(
        f"INSERT INTO {TALLY} ({NAMES}, requests) SELECT {NAMES}, count(*) FROM {REQUESTS} GROUP BY {NAMES}"
    )


def backwards(apps, schema_editor):
    for name in STATEMENTS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION consultations_tally_{name}() CASCADE")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS consultations_tally_{name}")
    schema_editor.execute(f"DELETE FROM {TALLY}")


class Migration(migrations.Migration):
    dependencies = [("consultations", "0003_roles_and_texts")]
    operations = [migrations.RunPython(forwards, backwards)]
