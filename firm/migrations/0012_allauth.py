"""Leaves second factors and sessions to django-allauth."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("firm", "0011_door_chain_guards"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.DeleteModel("RecoveryCode"),
        migrations.DeleteModel("SecondFactor"),
        migrations.DeleteModel("StaffSession"),
        migrations.RenameModel("DoorMail", "AccountMail"),
    ]
