"""Intake managers say how long requests are kept."""

from django.db import migrations

from firm.roles import INTAKE_MANAGERS, grant, revoke


def forwards(apps, schema_editor):
    grant(apps, INTAKE_MANAGERS, "consultations", "retentionsettings", ("change",))


def backwards(apps, schema_editor):
    revoke(apps, INTAKE_MANAGERS, "consultations", "retentionsettings")


class Migration(migrations.Migration):
    dependencies = [("consultations", "0030_retention")]
    operations = [migrations.RunPython(forwards, backwards)]
