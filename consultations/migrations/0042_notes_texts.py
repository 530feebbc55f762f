"""The texts of the messages about notes, reminders and answers, and templates to begin an answer with."""

from django.db import migrations

from consultations.answer_defaults import DEFAULT_TEMPLATES
from consultations.message_defaults import DEFAULT_TEXTS

KINDS = ("staff_mentioned", "staff_reminder", "person_answer")


def forwards(apps, schema_editor):
    texts = apps.get_model("consultations", "MessageText").objects
    for kind in KINDS:
        subject, body = DEFAULT_TEXTS[kind]
        texts.get_or_create(kind=kind, defaults={"subject": subject, "body": body})
    templates = apps.get_model("consultations", "AnswerTemplate").objects
    for title, status, subject, body, text_message in DEFAULT_TEMPLATES:
        values = {"suggested_in": status, "subject": subject, "body": body, "text_message": text_message}
        templates.get_or_create(title=title, defaults=values)


def backwards(apps, schema_editor):
    """Take away what the older table of kinds does not know."""
    apps.get_model("consultations", "OutgoingMessage").objects.filter(kind__in=KINDS).delete()
    apps.get_model("consultations", "MessageText").objects.filter(kind__in=KINDS).delete()


class Migration(migrations.Migration):
    dependencies = [("consultations", "0041_notes_roles")]
    operations = [migrations.RunPython(forwards, backwards)]
