"""A request for a consultation: confidential, so a plain model that no chooser, index or audit label can show."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from consultations.querysets import ConsultationRequestManager
from consultations.reference import LENGTH, new_reference
from consultations.workflow import MOVES, Status


class Relationship(models.TextChoices):
    """For whom the sender asks."""

    SELF = "self", "Me"
    FAMILY = "family", "A member of my family"
    OTHER = "other", "Someone else"


class PreferredContact(models.TextChoices):
    """How the sender wants to be answered."""

    PHONE = "phone", "By telephone"
    TEXT = "text", "By text message"
    EMAIL = "email", "By e-mail"


#: The same, as staff read it.
RELATION_TO_SENDER = {
    Relationship.SELF: "The sender",
    Relationship.FAMILY: "A member of the sender’s family",
    Relationship.OTHER: "Someone else",
}


class ConsultationRequest(models.Model):
    """What one visitor sent. Its name, wherever it is shown, is the reference and nothing else."""

    reference = models.CharField(max_length=LENGTH, unique=True, editable=False, default=new_reference)
    form_token = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    submitted_at = models.DateTimeField(default=timezone.now, editable=False)

    full_name = models.CharField(max_length=120, verbose_name="name")
    phone = PhoneNumberField(blank=True, verbose_name="telephone")
    email = models.EmailField(blank=True, verbose_name="e-mail")
    preferred_contact = models.CharField(max_length=8, choices=PreferredContact, default=PreferredContact.PHONE)
    best_time = models.CharField(max_length=160, blank=True)
    relationship = models.CharField(max_length=8, choices=Relationship, default=Relationship.SELF)
    person_in_need = models.CharField(max_length=120, blank=True)

    practice_area = models.ForeignKey(
        "firm.PracticeAreaPage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    attorney = models.ForeignKey(
        "attorneys.AttorneyPage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    in_custody = models.BooleanField(default=False)
    court_date = models.DateField(null=True, blank=True)
    court = models.CharField(max_length=120, blank=True)
    other_parties = models.TextField(blank=True, help_text="One on each line.")
    message = models.TextField(blank=True)

    acknowledged_at = models.DateTimeField(editable=False)
    acknowledgement = models.TextField(editable=False, help_text="The note as it was shown.")
    acknowledgement_version = models.CharField(max_length=12, editable=False)
    sms_consent = models.BooleanField(default=False, verbose_name="consent to text messages")
    sms_consent_wording = models.TextField(blank=True, editable=False, help_text="The consent as it was given.")

    status = models.CharField(max_length=16, choices=Status, default=Status.NEW)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_suspicious = models.BooleanField(default=False)

    objects = ConsultationRequestManager()

    #: Keeps it out of the admin's "usage" lists, which everybody with access to the page could open.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "consultation request"
        default_permissions = ("view", "change", "delete")
        ordering = ["-submitted_at", "-pk"]
        indexes = [
            models.Index(fields=["-submitted_at", "-id"], name="request_newest"),
            models.Index(fields=["status", "-submitted_at"], name="request_by_status"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="request_can_be_answered"),
            models.CheckConstraint(
                condition=Q(relationship=Relationship.SELF) | ~Q(person_in_need=""), name="request_names_person_in_need"
            ),
            models.CheckConstraint(
                condition=~Q(preferred_contact=PreferredContact.TEXT) | Q(sms_consent=True),
                name="request_text_with_consent",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="request_status_known"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def who_needs_help(self) -> str:
        """The person in need, as staff read it."""
        relation = RELATION_TO_SENDER[self.relationship]
        return f"{relation}: {self.person_in_need}" if self.person_in_need else relation

    @property
    def moves(self) -> list[tuple[str, str]]:
        """The states that may follow, each with the words on its button."""
        return [(str(status), label) for status, label in MOVES[self.status].items()]
