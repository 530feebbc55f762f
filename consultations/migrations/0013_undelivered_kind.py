"""Mail to managers about what could not be delivered: its kind, and its text."""

from django.db import migrations, models

from consultations.mail.default_texts import DEFAULT_TEXTS

KIND = "staff_undelivered"


def write(apps, schema_editor):
    """Write the text."""
    subject, body = DEFAULT_TEXTS[KIND]
    texts = apps.get_model("consultations", "MessageText").objects
    texts.get_or_create(kind=KIND, defaults={"subject": subject, "body": body})


def remove(apps, schema_editor):
    """Remove what the constraints of before do not know."""
    for name in ("MessageText", "OutgoingMessage"):
        apps.get_model("consultations", name).objects.filter(kind=KIND).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0012_request_by_end"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="messagetext",
            name="message_text_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="outgoingmessage",
            name="message_kind_known",
        ),
        migrations.AlterField(
            model_name="messagetext",
            name="kind",
            field=models.CharField(
                choices=[
                    ("staff_new", "To staff: a new request"),
                    ("staff_corrected", "To staff: a request was sent again with changes"),
                    ("staff_overdue", "To staff: a first answer is overdue"),
                    ("staff_conflict", "To staff: the conflict check found somebody"),
                    ("staff_chosen", "To staff: a time was chosen"),
                    ("staff_digest", "To staff: the morning digest"),
                    ("staff_mentioned", "To staff: a colleague wrote something for you"),
                    ("staff_reminder", "To staff: a reminder is due"),
                    ("staff_undelivered", "To managers: mail that could not be delivered"),
                    ("person_receipt", "To the person: we have your request"),
                    ("person_answer", "To the person: an answer"),
                    ("person_booked", "To the person: appointment made"),
                    ("person_rebooked", "To the person: appointment changed"),
                    ("person_cancelled", "To the person: appointment cancelled"),
                    ("attorney_booked", "To the attorney: appointment made"),
                    ("attorney_rebooked", "To the attorney: appointment changed"),
                    ("attorney_cancelled", "To the attorney: appointment cancelled"),
                ],
                editable=False,
                max_length=20,
                unique=True,
            ),
        ),
        migrations.AlterField(
            model_name="outgoingmessage",
            name="kind",
            field=models.CharField(
                choices=[
                    ("staff_new", "To staff: a new request"),
                    ("staff_corrected", "To staff: a request was sent again with changes"),
                    ("staff_overdue", "To staff: a first answer is overdue"),
                    ("staff_conflict", "To staff: the conflict check found somebody"),
                    ("staff_chosen", "To staff: a time was chosen"),
                    ("staff_digest", "To staff: the morning digest"),
                    ("staff_mentioned", "To staff: a colleague wrote something for you"),
                    ("staff_reminder", "To staff: a reminder is due"),
                    ("staff_undelivered", "To managers: mail that could not be delivered"),
                    ("person_receipt", "To the person: we have your request"),
                    ("person_answer", "To the person: an answer"),
                    ("person_booked", "To the person: appointment made"),
                    ("person_rebooked", "To the person: appointment changed"),
                    ("person_cancelled", "To the person: appointment cancelled"),
                    ("attorney_booked", "To the attorney: appointment made"),
                    ("attorney_rebooked", "To the attorney: appointment changed"),
                    ("attorney_cancelled", "To the attorney: appointment cancelled"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "staff_new",
                            "staff_corrected",
                            "staff_overdue",
                            "staff_conflict",
                            "staff_chosen",
                            "staff_digest",
                            "staff_mentioned",
                            "staff_reminder",
                            "staff_undelivered",
                            "person_receipt",
                            "person_answer",
                            "person_booked",
                            "person_rebooked",
                            "person_cancelled",
                            "attorney_booked",
                            "attorney_rebooked",
                            "attorney_cancelled",
                        ],
                    )
                ),
                name="message_text_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "staff_new",
                            "staff_corrected",
                            "staff_overdue",
                            "staff_conflict",
                            "staff_chosen",
                            "staff_digest",
                            "staff_mentioned",
                            "staff_reminder",
                            "staff_undelivered",
                            "person_receipt",
                            "person_answer",
                            "person_booked",
                            "person_rebooked",
                            "person_cancelled",
                            "attorney_booked",
                            "attorney_rebooked",
                            "attorney_cancelled",
                        ],
                    )
                ),
                name="message_kind_known",
            ),
        ),
        migrations.RunPython(write, remove),
    ]
