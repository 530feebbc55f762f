from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0011_trail_guards")]

    operations = [
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["status", "closed_at", "submitted_at", "id"], name="request_by_end"),
        ),
    ]
