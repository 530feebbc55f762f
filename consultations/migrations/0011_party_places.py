from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0010_parties"),
    ]

    operations = [
        migrations.AddField(
            model_name="party",
            name="request_place",
            field=models.PositiveIntegerField(editable=False, help_text="Which of those of its field.", null=True),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(
                fields=("request", "request_field", "request_place"), name="party_once_in_request"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source", "request"), _negated=True),
                    ("request", None),
                    ("request_place__isnull", False),
                    _connector="OR",
                ),
                name="party_of_request_placed",
            ),
        ),
    ]
