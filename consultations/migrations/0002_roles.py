"""Who may do what with requests: those who do the intake, and nobody else."""

from django.db import migrations

from firm.roles import INTAKE, INTAKE_MANAGERS, permission, revoke

REQUEST, SETTINGS, RETENTION = "consultationrequest", "intakesettings", "retentionsettings"
ENTRY, TEXT, TEMPLATE, PARTY = "auditentry", "messagetext", "answertemplate", "party"
WRITE = ("view_{}", "add_{}", "change_{}", "delete_{}")
GRANTED = {
    INTAKE: {REQUEST: ("view_{}", "change_{}"), PARTY: ("view_{}",)},
    INTAKE_MANAGERS: {
        REQUEST: ("view_{}", "change_{}", "delete_{}", "manage_{}", "export_{}"),
        SETTINGS: ("change_{}",),
        ENTRY: ("view_trail",),
        TEXT: ("change_{}",),
        RETENTION: ("change_{}",),
        TEMPLATE: WRITE,
        PARTY: WRITE,
    },
}


def forwards(apps, schema_editor):
    for name, models in GRANTED.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for model, codenames in models.items():
            group.permissions.add(
                *(permission(apps, "consultations", model, codename.format(model)) for codename in codenames)
            )


def backwards(apps, schema_editor):
    for name, models in GRANTED.items():
        for model in models:
            revoke(apps, name, "consultations", model)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0001_initial"), ("firm", "0002_roles")]
    operations = [migrations.RunPython(forwards, backwards)]
