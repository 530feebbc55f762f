"""Who may see requests: those who do the intake, and nobody else."""

from django.db import migrations

from firm.roles import INTAKE, INTAKE_MANAGERS, grant, revoke

MODEL = ("consultations", "consultationrequest")


def forwards(apps, schema_editor):
    grant(apps, INTAKE, *MODEL, ("view", "change"))
    grant(apps, INTAKE_MANAGERS, *MODEL, ("view", "change", "delete"))


def backwards(apps, schema_editor):
    for group in (INTAKE, INTAKE_MANAGERS):
        revoke(apps, group, *MODEL)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0001_initial"), ("firm", "0002_roles")]
    operations = [migrations.RunPython(forwards, backwards)]
