from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("firm", "0002_roles")]
    operations = [
        migrations.AddField(model_name="pagetext", name="title", field=models.CharField(blank=True, max_length=255))
    ]
