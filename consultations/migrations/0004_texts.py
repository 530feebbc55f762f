"""The texts of messages as they are before anybody has changed them."""

from django.db import migrations

from consultations.message_defaults import DEFAULT_TEXTS


def write_texts(apps, schema_editor):
    """Write those that are missing, of the kinds that there are at this point of the migrations."""
    model = apps.get_model("consultations", "MessageText")
    known = dict(model._meta.get_field("kind").choices)
    for kind, (subject, body) in DEFAULT_TEXTS.items():
        if str(kind) in known:
            model.objects.get_or_create(kind=str(kind), defaults={"subject": subject, "body": body})


class Migration(migrations.Migration):
    dependencies = [("consultations", "0003_guards")]
    operations = [migrations.RunPython(write_texts, migrations.RunPython.noop)]
