"""The texts of messages about appointments as they are before anybody has changed them."""

from django.db import migrations

from consultations.message_defaults import DEFAULT_TEXTS

KINDS = (
    "person_booked",
    "person_rebooked",
    "person_cancelled",
    "attorney_booked",
    "attorney_rebooked",
    "attorney_cancelled",
)


def write_texts(apps, schema_editor):
    texts = apps.get_model("consultations", "MessageText").objects
    for kind in KINDS:
        subject, body = DEFAULT_TEXTS[kind]
        texts.get_or_create(kind=kind, defaults={"subject": subject, "body": body})


class Migration(migrations.Migration):
    dependencies = [("consultations", "0021_calendar_guards")]
    operations = [migrations.RunPython(write_texts, migrations.RunPython.noop)]
