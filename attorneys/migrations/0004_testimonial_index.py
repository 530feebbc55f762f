from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attorneys", "0003_roles"),
        ("firm", "0004_page_titles"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="testimonialpage",
            index=models.Index(fields=["-date"], name="testimonial_newest"),
        ),
    ]
