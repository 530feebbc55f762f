"""Test models, in a registry of their own, so that the rest of the suite does not see them."""

import base64

from django.apps.registry import Apps
from django.db import models
from django.db.migrations.state import AppConfigStub
from django.db.models import Q

from firm.encryption.blind_index import name_tokens, normalise_email, normalise_phone
from firm.encryption.fields import EncryptedJSONField, EncryptedPhoneField, EncryptedTextField
from firm.encryption.models import BlindIndexEntry, EncryptedModel

REGISTRY = Apps([AppConfigStub("firm")])
#: Three keys, by age.
OLDEST, OLD, NEW = (base64.urlsafe_b64encode(bytes(range(start, start + 32))).decode() for start in (0, 50, 100))
MARKER = "Marker-Zebra-4711"


class Note(EncryptedModel):
    """A row with every kind of encrypted field."""

    full_name = EncryptedTextField(max_length=40)
    body = EncryptedTextField(blank=True)
    hint = EncryptedTextField(null=True, blank=True)
    parties = EncryptedJSONField(blank=True)
    phone = EncryptedPhoneField(blank=True)
    status = models.CharField(max_length=40, default="new")

    class Meta:
        app_label = "firm"
        apps = REGISTRY
        db_table = "encrypted_note"
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="done") | Q(body__isblank=False), name="encrypted_note_done_has_body"
            )
        ]

    def __str__(self) -> str:
        return f"Note {self.pk}"


class NoteEntry(BlindIndexEntry):
    """The blind index of notes."""

    row = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+")

    class Meta(BlindIndexEntry.Meta):
        app_label = "firm"
        apps = REGISTRY
        db_table = "encrypted_note_entry"

    @classmethod
    def terms(cls, row) -> dict:
        return {
            "name": name_tokens(row.full_name),
            "email": [normalise_email(row.body)],
            "phone": [normalise_phone(row.phone)],
        }
