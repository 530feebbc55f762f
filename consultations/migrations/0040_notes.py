"""Mentions, reminders and templates for answers; and what messages of theirs belong to."""

import django.db.models.deletion
import django.utils.timezone
import firm.sealed.fields
import uuid
import wagtail.models.preview
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0014_conflict_roles"),
        ("firm", "0002_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "title",
                    models.CharField(help_text="For staff, such as “What to bring”.", max_length=80, unique=True),
                ),
                (
                    "suggested_in",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("new", "New"),
                            ("in_review", "In review"),
                            ("contacted", "Contacted"),
                            ("scheduled", "Scheduled"),
                            ("consulted", "Consulted"),
                            ("retained", "Retained"),
                            ("declined", "Declined"),
                            ("referred", "Referred"),
                            ("not_reached", "Not reached"),
                            ("conflict", "Conflict of interest"),
                        ],
                        help_text="It then stands first in the list. Empty: for every status.",
                        max_length=16,
                        verbose_name="suggested while the request is",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        help_text="Say nothing of the matter: others may see it on a locked screen.", max_length=120
                    ),
                ),
                (
                    "body",
                    models.TextField(
                        help_text="A blank line begins a new paragraph.", max_length=4000, verbose_name="text"
                    ),
                ),
                (
                    "text_message",
                    models.TextField(
                        blank=True,
                        help_text="The same in short, to be copied into a text message. The site itself sends none.",
                        max_length=320,
                    ),
                ),
            ],
            options={
                "verbose_name": "answer template",
                "ordering": ["title"],
                "default_permissions": ("add", "change", "delete", "view"),
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seal_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("due_at", models.DateTimeField()),
                ("text", firm.sealed.fields.SealedTextField(max_length=500)),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("told_at", models.DateTimeField(help_text="When its time had come and somebody was told.", null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "once",
                    models.UUIDField(
                        editable=False, help_text="A form that is sent twice has one.", null=True, unique=True
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="messagetext",
            name="message_text_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="outgoingmessage",
            name="message_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="outgoingmessage",
            name="message_addressed",
        ),
        migrations.AddField(
            model_name="outgoingmessage",
            name="event",
            field=models.ForeignKey(
                help_text="The line of the timeline that it is about, or whose words it holds.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="consultations.requestevent",
            ),
        ),
        migrations.AlterField(
            model_name="messagetext",
            name="kind",
            field=models.CharField(
                choices=[
                    ("staff_new", "To staff: a new request"),
                    ("staff_corrected", "To staff: a request was sent again with changes"),
                    ("staff_overdue", "To staff: a first answer is overdue"),
                    ("staff_digest", "To staff: the morning digest"),
                    ("staff_mentioned", "To staff: a colleague wrote something for you"),
                    ("staff_reminder", "To staff: a reminder is due"),
                    ("person_receipt", "To the person: we have your request"),
                    ("person_answer", "To the person: an answer"),
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
                    ("staff_digest", "To staff: the morning digest"),
                    ("staff_mentioned", "To staff: a colleague wrote something for you"),
                    ("staff_reminder", "To staff: a reminder is due"),
                    ("person_receipt", "To the person: we have your request"),
                    ("person_answer", "To the person: an answer"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="requestevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("corrected", "Sent again with changes"),
                    ("followed", "A later request of the same person"),
                    ("moved", "Status"),
                    ("assigned", "Assigned"),
                    ("noted", "Note"),
                    ("contact", "Contact"),
                    ("merged", "Merged"),
                    ("screened", "Screened off"),
                    ("unscreened", "Screen removed"),
                    ("changed", "Matter changed"),
                    ("message", "Message"),
                    ("answered", "Answer"),
                    ("reminder", "Reminder"),
                ],
                max_length=12,
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
                            "staff_digest",
                            "staff_mentioned",
                            "staff_reminder",
                            "person_receipt",
                            "person_answer",
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
                            "staff_digest",
                            "staff_mentioned",
                            "staff_reminder",
                            "person_receipt",
                            "person_answer",
                        ],
                    )
                ),
                name="message_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("address", ""), ("kind__in", ("person_receipt", "person_answer")), ("request__isnull", False)
                    ),
                    models.Q(
                        models.Q(("kind__in", ("person_receipt", "person_answer")), _negated=True),
                        models.Q(("address", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="message_addressed",
            ),
        ),
        migrations.AddField(
            model_name="answertemplate",
            name="practice_area",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: for every practice area.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="firm.practiceareapage",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="consultations.requestevent"
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="event",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="reminder", to="consultations.requestevent"
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="for_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reminders",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="set_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(condition=models.Q(("seen_at", None)), fields=["user", "event"], name="mention_unseen"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("event", "user"), name="mention_once"),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("done_at", None)), fields=["due_at", "request"], name="reminder_due"
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("done_at", None)), fields=["for_user", "due_at"], name="reminder_by_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("text__isblank", False)), name="reminder_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("told_at", None), ("told_at__gte", models.F("due_at")), _connector="OR"),
                name="reminder_not_told_early",
            ),
        ),
    ]
