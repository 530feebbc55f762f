"""Who may do what with requests, and the texts of messages and templates before anybody has changed them."""

from django.db import migrations

from consultations.mail.kinds import DEFAULT_TEMPLATES, DEFAULT_TEXTS
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


def write_texts(apps, schema_editor):
    """Write those that are missing."""
    texts = apps.get_model("consultations", "MessageText").objects
    known = dict(texts.model._meta.get_field("kind").choices)
    for kind, (subject, body) in DEFAULT_TEXTS.items():
        if kind not in known:  # added by a later migration
            continue
        texts.get_or_create(kind=str(kind), defaults={"subject": subject, "body": body})
    templates = apps.get_model("consultations", "AnswerTemplate").objects
    for template in DEFAULT_TEMPLATES:
        templates.get_or_create(title=template["title"], defaults=template)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0002_guards"), ("firm", "0002_roles_and_guards")]
    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.RunPython(write_texts, migrations.RunPython.noop),
    ]
