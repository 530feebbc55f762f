import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0003_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShelfCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shelf",
                    models.CharField(
                        choices=[
                            ("all", "All posts"),
                            ("year", "Year"),
                            ("category", "Category"),
                            ("tag", "Tag"),
                            ("area", "Practice area"),
                            ("attorney", "Attorney"),
                        ],
                        max_length=8,
                    ),
                ),
                ("number", models.BigIntegerField(default=0)),
                ("posts", models.IntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("shelf", "number"), name="shelf_counted_once")],
            },
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shelf",
                    models.CharField(
                        choices=[
                            ("all", "All posts"),
                            ("year", "Year"),
                            ("category", "Category"),
                            ("tag", "Tag"),
                            ("area", "Practice area"),
                            ("attorney", "Attorney"),
                        ],
                        max_length=8,
                    ),
                ),
                ("number", models.BigIntegerField(default=0)),
                ("date", models.DateField()),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "post",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="blog.blogpostpage",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["shelf", "number", "-date", "-published_at", "-post"], name="filing_in_order")
                ],
                "constraints": [models.UniqueConstraint(fields=("post", "shelf", "number"), name="filed_once")],
            },
        ),
    ]
