"""Mentions of colleagues, and reminders."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consultations.models.base import NumberedModel
from consultations.models.events import RequestEvent
from consultations.models.requests import ConsultationRequest
from consultations.workflow import CLOSED, Status
from firm.encryption.fields import EncryptedTextField
from firm.encryption.models import EncryptedModel

#: The statuses in which reminders are not sent; they are again after a reopening.
RESTING = (*CLOSED, Status.QUARANTINE)
REMINDER_LENGTH = 500


class Mention(NumberedModel):
    """A user who was told of a timeline event. Opening the request marks it as seen."""

    event = models.ForeignKey(RequestEvent, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="mention_once")]
        indexes = [models.Index(fields=["user", "event"], name="mention_unseen", condition=Q(seen_at=None))]


class ReminderQuerySet(models.QuerySet):
    def open(self):
        """Return the reminders that are not done, of requests that are not closed."""
        return self.filter(done_at=None).exclude(request__status__in=RESTING)

    def due(self, now: datetime):
        return self.open().filter(due_at__lte=now)


class Reminder(NumberedModel, EncryptedModel):
    """A reminder of a user, or of the intake managers. It is sent once for each time that it is set to.

    ``event`` is the timeline event that set it.
    """

    request = models.ForeignKey(ConsultationRequest, on_delete=models.CASCADE, related_name="reminders")
    event = models.OneToOneField(RequestEvent, on_delete=models.CASCADE, related_name="reminder")
    for_user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField()
    text = EncryptedTextField(max_length=REMINDER_LENGTH)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, help_text="When it was sent.")
    done_at = models.DateTimeField(null=True)
    once = models.UUIDField(null=True, unique=True, editable=False, help_text="A form that is sent twice has one.")

    objects = ReminderQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at", "request"], name="reminder_due", condition=Q(done_at=None)),
            models.Index(fields=["for_user", "due_at"], name="reminder_by_user", condition=Q(done_at=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(text__isblank=False), name="reminder_says_something"),
            models.CheckConstraint(
                condition=Q(told_at=None) | Q(told_at__gte=F("due_at")), name="reminder_not_told_early"
            ),
        ]
