import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attorneys", "0003_roles"),
        ("consultations", "0007_texts"),
        ("firm", "0004_page_titles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RequestTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
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
                            ("quarantine", "Quarantine"),
                            ("merged", "Merged"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "conflict_state",
                    models.CharField(
                        choices=[
                            ("unchecked", "Not checked yet"),
                            ("clear", "Nothing found"),
                            ("open", "Matches to look at"),
                            ("cleared", "Looked at and cleared"),
                            ("flagged", "Needs a decision"),
                            ("declined", "Declined for conflict"),
                        ],
                        max_length=10,
                    ),
                ),
                ("in_custody", models.BooleanField()),
                ("requests", models.IntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RemoveIndex(
            model_name="consultationrequest",
            name="request_newest",
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(
                fields=[
                    "-submitted_at",
                    "-id",
                    "status",
                    "first_contact_at",
                    "assignee",
                    "practice_area",
                    "conflict_state",
                ],
                name="request_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["assignee", "-submitted_at", "-id"], name="request_newest_of_one"),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["practice_area", "-submitted_at", "-id"], name="request_newest_of_area"),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["conflict_state", "-submitted_at", "-id"], name="request_newest_of_check"),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["-urgency", "-id"], name="request_by_urgency"),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["due_at"], name="request_by_target"),
        ),
        migrations.AddField(
            model_name="requesttally",
            name="assignee",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="requesttally",
            name="practice_area",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="firm.practiceareapage",
            ),
        ),
    ]
