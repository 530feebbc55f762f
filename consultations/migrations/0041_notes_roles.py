"""Who may write templates for answers: those who manage the intake."""

from django.db import migrations

from firm.roles import INTAKE_MANAGERS, WRITE, grant, revoke

TEMPLATE = "answertemplate"


def forwards(apps, schema_editor):
    grant(apps, INTAKE_MANAGERS, "consultations", TEMPLATE, WRITE)


def backwards(apps, schema_editor):
    revoke(apps, INTAKE_MANAGERS, "consultations", TEMPLATE)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0040_notes"), ("firm", "0002_roles")]
    operations = [migrations.RunPython(forwards, backwards)]
