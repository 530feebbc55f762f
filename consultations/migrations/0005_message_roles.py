"""Who may edit the texts of messages: the intake managers."""

from django.db import migrations

from firm.roles import INTAKE_MANAGERS, grant, revoke


def forwards(apps, schema_editor):
    grant(apps, INTAKE_MANAGERS, "consultations", "messagetext", ("change",))


def backwards(apps, schema_editor):
    revoke(apps, INTAKE_MANAGERS, "consultations", "messagetext")


class Migration(migrations.Migration):
    dependencies = [("consultations", "0004_messages")]
    operations = [migrations.RunPython(forwards, backwards)]
