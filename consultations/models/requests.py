"""A request for a consultation: confidential, so a plain model that no chooser, index or audit label can show."""

import uuid

from django.conf import settings
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consultations.conflict_states import TO_DO, ConflictState
from consultations.due_dates import Urgency
from consultations.querysets import ConsultationRequestQuerySet
from consultations.reference import LENGTH, new_reference
from consultations.workflow import AWAITING, CLOSED, Status
from firm.encryption.fields import EncryptedPhoneField, EncryptedTextField
from firm.encryption.models import EncryptedModel


class Relationship(models.TextChoices):
    SELF = "self", "Me"
    FAMILY = "family", "A member of my family"
    OTHER = "other", "Someone else"


class PreferredContact(models.TextChoices):
    PHONE = "phone", "By telephone"
    TEXT = "text", "By text message"
    EMAIL = "email", "By e-mail"


#: The same, as staff read it.
RELATION_TO_SENDER = {
    Relationship.SELF: "The sender",
    Relationship.FAMILY: "A member of the sender’s family",
    Relationship.OTHER: "Someone else",
}


class ConsultationRequest(EncryptedModel):
    """What one visitor sent. Its ``str`` is the reference and nothing else."""

    reference = models.CharField(max_length=LENGTH, unique=True, editable=False, default=new_reference)
    form_token = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    submitted_at = models.DateTimeField(default=timezone.now, editable=False)

    full_name = EncryptedTextField(max_length=120, verbose_name="name")
    phone = EncryptedPhoneField(blank=True, verbose_name="telephone")
    email = EncryptedTextField(blank=True, max_length=254, validators=[validate_email], verbose_name="e-mail")
    preferred_contact = models.CharField(max_length=8, choices=PreferredContact, default=PreferredContact.PHONE)
    best_time = EncryptedTextField(max_length=160, blank=True)
    relationship = models.CharField(max_length=8, choices=Relationship, default=Relationship.SELF)
    person_in_need = EncryptedTextField(max_length=120, blank=True)

    practice_area = models.ForeignKey(
        "firm.PracticeAreaPage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    attorney = models.ForeignKey(
        "attorneys.AttorneyPage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    in_custody = models.BooleanField(default=False)
    court_date = models.DateField(null=True, blank=True)
    court = EncryptedTextField(max_length=120, blank=True)
    other_parties = EncryptedTextField(blank=True, help_text="One on each line.")
    message = EncryptedTextField(blank=True)

    acknowledged_at = models.DateTimeField(editable=False)
    acknowledgement = models.TextField(editable=False, help_text="The note as it was shown.")
    acknowledgement_version = models.CharField(max_length=12, editable=False)
    acknowledgement_page = models.CharField(max_length=200, blank=True, editable=False, help_text="The form's address.")
    sms_consent = models.BooleanField(default=False, verbose_name="consent to text messages")
    sms_consent_wording = models.TextField(blank=True, editable=False, help_text="The consent as it was given.")
    landing_page = models.CharField(max_length=200, blank=True, editable=False, help_text="Where the visit began.")
    referring_host = models.CharField(max_length=100, blank=True, editable=False, help_text="Who led to the site.")

    status = models.CharField(max_length=16, choices=Status, default=Status.NEW)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    urgency = models.PositiveSmallIntegerField(choices=Urgency, default=Urgency.NORMAL)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When the first answer is due.")
    first_contact_at = models.DateTimeField(null=True, blank=True, help_text="When staff first reached out.")
    scheduled_for = models.DateTimeField(null=True, blank=True, help_text="When the consultation takes place.")
    closed_at = models.DateTimeField(null=True, blank=True)
    conflict_state = models.CharField(
        max_length=10, choices=ConflictState, default=ConflictState.UNCHECKED, editable=False
    )
    conflict_checked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The check knows what had been in the register by then."
    )
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="follow_ups", editable=False
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )
    suspicion = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Score of the signs of abuse.")
    suspicions = models.JSONField(default=list, blank=True, editable=False, help_text="The signs, by their codes.")

    objects = ConsultationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "consultation request"
        default_permissions = ("view", "change", "delete")
        permissions = [
            ("manage_consultationrequest", "Can manage consultation requests"),
            ("export_consultationrequest", "Can export consultation requests"),
        ]
        ordering = ["-submitted_at", "-pk"]
        indexes = [
            models.Index(fields=["-submitted_at", "-id"], name="request_newest"),
            models.Index(fields=["due_at"], name="request_by_target"),
            models.Index(fields=["assignee", "status"], name="request_by_assignee"),
            models.Index(fields=["court_date", "status"], name="request_by_court_date"),
            models.Index(
                fields=["conflict_state", "status", "assignee"],
                name="request_conflict_to_do",
                condition=Q(conflict_state__in=TO_DO),
            ),
            # What is past its date, by outcome: those that have ended first.
            models.Index(fields=["status", "closed_at", "submitted_at", "id"], name="request_by_end"),
            # All that the queue is filtered, counted and sorted by, so that it is read from here alone.
            models.Index(
                fields=[
                    "status",
                    "first_contact_at",
                    "due_at",
                    "submitted_at",
                    "in_custody",
                    "court_date",
                    "assignee",
                    "urgency",
                    "conflict_state",
                    "practice_area",
                ],
                name="request_desk",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__isblank=False) | Q(email__isblank=False), name="request_can_be_answered"
            ),
            models.CheckConstraint(
                condition=Q(relationship=Relationship.SELF) | Q(person_in_need__isblank=False),
                name="request_names_person_in_need",
            ),
            models.CheckConstraint(
                condition=~Q(preferred_contact=PreferredContact.TEXT) | Q(sms_consent=True),
                name="request_text_with_consent",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="request_status_known"),
            models.CheckConstraint(condition=Q(conflict_state__in=ConflictState.values), name="request_conflict_known"),
            models.CheckConstraint(
                condition=Q(status=Status.MERGED, merged_into__isnull=False)
                | (~Q(status=Status.MERGED) & Q(merged_into=None)),
                name="request_merged_into_one",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SCHEDULED) | Q(scheduled_for__isnull=False), name="request_scheduled_when"
            ),
            models.CheckConstraint(
                condition=Q(status__in=CLOSED, closed_at__isnull=False) | (~Q(status__in=CLOSED) & Q(closed_at=None)),
                name="request_closed_when",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def awaits_first_contact(self) -> bool:
        return self.first_contact_at is None and self.status in AWAITING

    def is_overdue(self, now) -> bool:
        return self.awaits_first_contact and self.due_at is not None and self.due_at <= now
