"""The texts of messages as they are before anybody has changed them."""

from django.db import migrations

from consultations.message_defaults import DEFAULT_TEXTS

#: The kinds that there were; those that came later are written by the migrations that brought them.
KINDS = ("staff_new", "staff_corrected", "staff_overdue", "staff_digest", "person_receipt")


def write_texts(apps, schema_editor):
    """Write those that are missing."""
    texts = apps.get_model("consultations", "MessageText").objects
    for kind in KINDS:
        subject, body = DEFAULT_TEXTS[kind]
        texts.get_or_create(kind=kind, defaults={"subject": subject, "body": body})


class Migration(migrations.Migration):
    dependencies = [("consultations", "0003_guards")]
    operations = [migrations.RunPython(write_texts, migrations.RunPython.noop)]
