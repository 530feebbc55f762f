"""The timeline of a request; the audit trail, which nobody can edit; and ethical walls."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from consultations.models.base import NumberedModel
from consultations.models.requests import ConsultationRequest
from firm.encryption.fields import EncryptedJSONField, EncryptedTextField
from firm.encryption.models import EncryptedModel


class EventKind(models.TextChoices):
    RECEIVED = "received", "Received"
    CORRECTED = "corrected", "Sent again with changes"
    FOLLOWED = "followed", "A later request of the same person"
    MOVED = "moved", "Status"
    ASSIGNED = "assigned", "Assigned"
    NOTED = "noted", "Note"
    CONTACT = "contact", "Contact"
    MERGED = "merged", "Merged"
    SCREENED = "screened", "Ethical wall"
    UNSCREENED = "unscreened", "Ethical wall removed"
    CHANGED = "changed", "Matter changed"
    MESSAGE = "message", "Message"
    CONFLICT = "conflict", "Conflict check"
    ANSWERED = "answered", "Answer"
    REMINDER = "reminder", "Reminder"
    APPOINTMENT = "appointment", "Appointment"
    HELD = "held", "Legal hold"
    UNHELD = "unheld", "Legal hold removed"


class EventQuerySet(models.QuerySet):
    def sent_by_visitor(self):
        """Return what the visitor sent, and sent again with changes, in that order."""
        return self.filter(kind__in=(EventKind.RECEIVED, EventKind.CORRECTED), values__isnull=False)

    def for_timeline(self):
        """Return the events with what the timeline shows, newest first."""
        mentions = models.Prefetch("mentions", self.model.mentions.rel.related_model.objects.select_related("user"))
        return self.select_related("actor").prefetch_related(mentions).order_by("-at", "-pk")


class RequestEvent(EncryptedModel):
    """One event of a request's timeline. ``facts`` has ids and codes only; texts are encrypted.

    ``values`` are the fields that the visitor sent (``new``), and what they were before a correction (``old``).
    """

    request = models.ForeignKey(ConsultationRequest, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=EventKind)
    facts = models.JSONField(default=dict, blank=True)
    text = EncryptedTextField(blank=True)
    values = EncryptedJSONField(blank=True)
    once = models.UUIDField(null=True, unique=True, editable=False, help_text="A form that is sent twice has one.")

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "event of a request"
        default_permissions = ()
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["request", "-at"], name="event_by_request")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class AuditAction(models.TextChoices):
    LISTED = "listed", "Looked at the list"
    SEARCHED = "searched", "Searched"
    VIEWED = "viewed", "Opened"
    PRINTED = "printed", "Printed"
    EXPORTED = "exported", "Exported"
    CHANGED = "changed", "Changed"
    REFUSED = "refused", "Was refused"
    TRAIL = "trail", "Read this trail"


class AuditEntry(NumberedModel):
    """Who did what, and when. Ids, codes and statuses only, so that it may outlive what it is about.

    Rows refer by number instead of by foreign key, and triggers of the database refuse every change of them.
    """

    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=12, choices=AuditAction)
    request_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    mac = models.CharField(max_length=100, editable=False)

    class Meta:
        verbose_name = "entry of the audit trail"
        default_permissions = ()
        permissions = [("view_trail", "Can read the audit trail of consultation requests")]
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["request_id", "-id"], name="audit_by_request"),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.pk}"


class Screen(NumberedModel):
    """An ethical wall between a user and a request. It takes precedence over every permission, of owners too."""

    request = models.ForeignKey(ConsultationRequest, on_delete=models.CASCADE, related_name="screens")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "request"], name="screen_once")]
