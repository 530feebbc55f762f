"""Who may do what with the register, the text of its message, and how the check of declined requests stands."""

from importlib import import_module

from django.db import migrations

from firm.roles import INTAKE, INTAKE_MANAGERS, WRITE, grant, revoke

texts = import_module("consultations.migrations.0004_texts")


def let_in(apps, schema_editor):
    grant(apps, INTAKE, "consultations", "party", ("view",))
    grant(apps, INTAKE_MANAGERS, "consultations", "party", WRITE)


def shut_out(apps, schema_editor):
    for group in (INTAKE, INTAKE_MANAGERS):
        revoke(apps, group, "consultations", "party")


def mark_declined(apps, schema_editor):
    requests = apps.get_model("consultations", "ConsultationRequest").objects
    requests.filter(status="conflict").update(conflict_state="declined")


def forget_text(apps, schema_editor):
    """The kind is unknown to the constraints that are going to be put back."""
    for model in ("MessageText", "OutgoingMessage"):
        apps.get_model("consultations", model).objects.filter(kind="staff_conflict").delete()


class Migration(migrations.Migration):
    dependencies = [("consultations", "0013_conflict_guards")]
    operations = [
        migrations.RunPython(let_in, shut_out),
        migrations.RunPython(texts.write_texts, forget_text),
        migrations.RunPython(mark_declined, migrations.RunPython.noop),
    ]
