"""The titles of the pages that are kept already."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def forwards(apps, schema_editor):
    titles = apps.get_model("wagtailcore", "Page").objects.filter(pk=OuterRef("pk")).values("title")
    apps.get_model("firm", "PageText").objects.update(title=Subquery(titles))


class Migration(migrations.Migration):
    dependencies = [("firm", "0003_page_title"), ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
