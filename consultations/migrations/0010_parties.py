import django.db.models.deletion
import django.utils.timezone
import firm.sealed.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0004_texts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seal_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", firm.sealed.fields.SealedTextField(max_length=200)),
                ("aliases", firm.sealed.fields.SealedTextField(blank=True, help_text="Other names, one on each line.")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("client", "Client"),
                            ("former_client", "Former client"),
                            ("prospective", "Prospective client"),
                            ("adverse", "Adverse party"),
                            ("co_defendant", "Co-defendant"),
                            ("witness", "Witness"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "Person"), ("organisation", "Organisation")],
                        default="person",
                        max_length=12,
                    ),
                ),
                (
                    "matter",
                    firm.sealed.fields.SealedTextField(
                        blank=True, help_text="Such as: State v. Sample, 2019.", max_length=200
                    ),
                ),
                ("note", firm.sealed.fields.SealedTextField(blank=True)),
                (
                    "source",
                    models.CharField(
                        choices=[("by_hand", "Entered by hand"), ("import", "Imported"), ("request", "From a request")],
                        default="by_hand",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "request_field",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("full_name", "The sender"),
                            ("person_in_need", "The person in need"),
                            ("other_parties", "The other parties"),
                        ],
                        editable=False,
                        max_length=16,
                    ),
                ),
                (
                    "import_key",
                    models.BigIntegerField(editable=False, help_text="Digest of the line.", null=True, unique=True),
                ),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "buried_at",
                    models.DateTimeField(
                        blank=True, editable=False, help_text="When the texts were erased.", null=True
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="parties",
                        to="consultations.consultationrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "party",
                "verbose_name_plural": "parties",
                "ordering": ["-added_at", "-pk"],
                "default_permissions": ("view", "add", "change", "delete"),
            },
        ),
        migrations.CreateModel(
            name="PartyEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=20)),
                ("digest", models.BigIntegerField()),
                ("key_id", models.CharField(max_length=8)),
                (
                    "row",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="consultations.party"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["-added_at", "-id"], name="party_newest"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["role", "-added_at"], name="party_by_role"),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["client", "former_client", "prospective", "adverse", "co_defendant", "witness"])
                ),
                name="party_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["person", "organisation"])), name="party_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["by_hand", "import", "request"])), name="party_source_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("buried_at", None), ("name__isblank", False)),
                    models.Q(
                        ("aliases__isblank", True),
                        ("buried_at__isnull", False),
                        ("matter__isblank", True),
                        ("name__isblank", True),
                        ("note__isblank", True),
                        ("request", None),
                    ),
                    _connector="OR",
                ),
                name="party_named_or_buried",
            ),
        ),
        migrations.AddConstraint(
            model_name="partyentry",
            constraint=models.UniqueConstraint(fields=("digest", "row"), name="consultations_partyentry_once"),
        ),
    ]
