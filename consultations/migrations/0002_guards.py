"""What the database itself refuses, whatever the code does. Tests compare it with the tables of the code."""

from django.db import migrations

from firm.database_guards import Guard, execute, install

REQUESTS, APPOINTMENTS = "consultations_consultationrequest", "consultations_appointment"
HOLDS, ERASURES = "consultations_legalhold", "consultations_erasure"
TRAIL = "consultations_auditentry"

#: The changes of status that `consultations.workflow` allows.
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
#: The statuses that need a conflict check, and its results that let them pass (`consultations.conflict_states`).
GATED = ("scheduled", "consulted", "retained")
PASSING = ("clear", "cleared")
#: The columns of an erasure's receipt that never change: all but ``swept_at``, set when the files have been cleaned.
FIXED = ("id", "request_id", "reference_digest", "at", "actor_id", "reason", "outcome")

UNCHANGEABLE = "the audit trail cannot be changed"
ON_HOLD = "a request with a legal hold cannot be deleted"
RECEIPT = "the proof of an erasure cannot be changed"

GUARDS = (
    Guard(
        *("consultations_guard_move", REQUESTS, "UPDATE OF status", "forbidden move"),
        when=f"NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) NOT IN ({ALLOWED})",
    ),
    Guard(
        *("consultations_guard_conflict", REQUESTS, "UPDATE OF status", "the conflict check stands in the way"),
        when=f"NEW.status <> OLD.status AND NEW.status IN {GATED} AND NEW.conflict_state NOT IN {PASSING}",
    ),
    Guard(
        *("consultations_guard_hold", REQUESTS, "DELETE", ON_HOLD),
        when=f"EXISTS (SELECT 1 FROM {HOLDS} WHERE request_id = OLD.id)",
        truncate=f"EXISTS (SELECT 1 FROM {HOLDS})",
    ),
    Guard(
        *("consultations_guard_erasure_update", ERASURES, "UPDATE", RECEIPT),
        when=" OR ".join(f'NEW."{name}" {{distinct}} OLD."{name}"' for name in FIXED),
    ),
    Guard("consultations_guard_erasure_delete", ERASURES, "DELETE", RECEIPT, truncate="TRUE"),
    Guard("consultations_guard_trail_update", TRAIL, "UPDATE", UNCHANGEABLE),
    Guard("consultations_guard_trail_delete", TRAIL, "DELETE", UNCHANGEABLE, truncate="TRUE"),
)

#: Two appointments at once in one calendar. PostgreSQL is given ranges on both sides, so that it needs no extension.
NO_CLASH = f"""ALTER TABLE {APPOINTMENTS} ADD CONSTRAINT appointment_no_clash EXCLUDE USING gist (
    int8range(calendar_id, calendar_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&
) WHERE (state IN ('hold', 'held'))"""
CLASH = f"""NEW.state IN ('hold', 'held') AND EXISTS (
    SELECT 1 FROM {APPOINTMENTS} WHERE calendar_id = NEW.calendar_id AND id IS NOT NEW.id
    AND state IN ('hold', 'held') AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at)"""
CLASHES = [
    Guard(f"appointment_no_clash_{event.lower()}", APPOINTMENTS, event, "appointment_no_clash", when=CLASH)
    for event in ("INSERT", "UPDATE")
]


def refuse_clashes(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    made = [NO_CLASH] if vendor == "postgresql" else [one for guard in CLASHES for one in guard.create(vendor)]
    execute(schema_editor, made)


def allow_clashes(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    dropped = [f"ALTER TABLE {APPOINTMENTS} DROP CONSTRAINT appointment_no_clash"]
    execute(
        schema_editor,
        dropped if vendor == "postgresql" else [one for guard in CLASHES for one in guard.drop(vendor)],
    )


class Migration(migrations.Migration):
    dependencies = [("consultations", "0001_initial")]
    operations = [install(*GUARDS), migrations.RunPython(refuse_clashes, allow_clashes)]
