"""Who may edit the list of languages."""

from django.db import migrations

from firm.roles import EDITORS, PUBLISHERS, grant, revoke


def forwards(apps, schema_editor):
    grant(apps, PUBLISHERS, "attorneys", "language")
    grant(apps, EDITORS, "attorneys", "language", ("add", "change", "view"))


def backwards(apps, schema_editor):
    for group in (PUBLISHERS, EDITORS):
        revoke(apps, group, "attorneys", "language")


class Migration(migrations.Migration):
    dependencies = [("attorneys", "0001_initial"), ("firm", "0002_roles_and_guards")]
    operations = [migrations.RunPython(forwards, backwards)]
