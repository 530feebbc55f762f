"""What each network sends, counted without its address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0002_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="SubmissionCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("network", models.CharField(max_length=64)),
                ("minute", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=1)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["minute"], name="count_by_minute")],
                "constraints": [
                    models.UniqueConstraint(fields=("network", "minute"), name="count_per_network_and_minute")
                ],
            },
        ),
    ]
