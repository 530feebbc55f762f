"""The texts of messages as they are before anybody has changed them."""

from django.db import migrations

from consultations.message_defaults import DEFAULT_TEXTS


def write_texts(apps, schema_editor):
    """Write those of the kinds that there are at this migration; later ones bring the texts of theirs along."""
    model = apps.get_model("consultations", "MessageText")
    known = dict(model._meta.get_field("kind").flatchoices)
    for kind, (subject, body) in DEFAULT_TEXTS.items():
        if kind in known:
            model.objects.get_or_create(kind=str(kind), defaults={"subject": subject, "body": body})


class Migration(migrations.Migration):
    dependencies = [("consultations", "0003_guards")]
    operations = [migrations.RunPython(write_texts, migrations.RunPython.noop)]
