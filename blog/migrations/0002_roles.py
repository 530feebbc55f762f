"""Who may edit categories and staff authors."""

from django.db import migrations

from firm.roles import EDITORS, PUBLISHERS, grant, revoke


def forwards(apps, schema_editor):
    for model in ("category", "staffauthor"):
        grant(apps, PUBLISHERS, "blog", model)
        grant(apps, EDITORS, "blog", model, ("add", "change", "view"))


def backwards(apps, schema_editor):
    for group in (PUBLISHERS, EDITORS):
        for model in ("category", "staffauthor"):
            revoke(apps, group, "blog", model)


class Migration(migrations.Migration):
    dependencies = [("blog", "0001_initial"), ("firm", "0002_roles_and_guards")]
    operations = [migrations.RunPython(forwards, backwards)]
