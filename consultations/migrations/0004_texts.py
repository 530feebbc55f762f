"""The texts of messages as they are before anybody has changed them."""

from django.db import migrations

from consultations.message_defaults import DEFAULT_TEXTS


def write_texts(apps, schema_editor):
    texts = apps.get_model("consultations", "MessageText").objects
    for kind, (subject, body) in DEFAULT_TEXTS.items():
        texts.get_or_create(kind=str(kind), defaults={"subject": subject, "body": body})


class Migration(migrations.Migration):
    dependencies = [("consultations", "0003_guards")]
    operations = [migrations.RunPython(write_texts, migrations.RunPython.noop)]
