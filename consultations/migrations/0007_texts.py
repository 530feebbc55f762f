"""The texts of messages, and the templates that answers begin with, as they are before anybody has changed them."""

from django.db import migrations

from consultations.mail.default_templates import DEFAULT_TEMPLATES
from consultations.mail.default_texts import DEFAULT_TEXTS


def write(apps, schema_editor):
    """Write those that are missing."""
    texts = apps.get_model("consultations", "MessageText").objects
    known = dict(texts.model._meta.get_field("kind").choices)
    for kind, (subject, body) in DEFAULT_TEXTS.items():
        if kind not in known:  # added by a later migration
            continue
        texts.get_or_create(kind=str(kind), defaults={"subject": subject, "body": body})
    templates = apps.get_model("consultations", "AnswerTemplate").objects
    for title, status, subject, body, text_message in DEFAULT_TEMPLATES:
        values = {"suggested_in": status, "subject": subject, "body": body, "text_message": text_message}
        templates.get_or_create(title=title, defaults=values)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0006_retention_guards")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
