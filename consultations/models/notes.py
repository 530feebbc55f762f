"""What staff leave for each other: who was told of a note, and what is to be remembered when."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consultations.models.events import RequestEvent
from consultations.models.requests import ConsultationRequest
from consultations.workflow import CLOSED, Status
from firm.encryption.fields import EncryptedTextField
from firm.encryption.models import EncryptedModel

#: In these states nothing is left to be reminded of. A reminder rests meanwhile, and holds again after a reopening.
RESTING = (*CLOSED, Status.QUARANTINE)
REMINDER_LENGTH = 500


class Mention(models.Model):
    """A member of staff who was told of a line of the timeline. Opening the request marks it as seen."""

    event = models.ForeignKey(RequestEvent, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="mention_once")]
        indexes = [models.Index(fields=["user", "event"], name="mention_unseen", condition=Q(seen_at=None))]

    def __str__(self) -> str:
        return f"Mention {self.pk}"


class ReminderQuerySet(models.QuerySet):
    """Reminders."""

    def open(self):
        """Those that are not done, of requests in which there is still something to do."""
        return self.filter(done_at=None).exclude(request__status__in=RESTING)

    def due(self, now: datetime):
        """The open ones whose time has come."""
        return self.open().filter(due_at__lte=now)


class Reminder(EncryptedModel):
    """What somebody is to be reminded of, and when; without ``for_user``, those who manage the intake.

    ``event`` is the line of the timeline that set it. It is told once for each time that it is set to.
    """

    request = models.ForeignKey(ConsultationRequest, on_delete=models.CASCADE, related_name="reminders")
    event = models.OneToOneField(RequestEvent, on_delete=models.CASCADE, related_name="reminder")
    for_user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField()
    text = EncryptedTextField(max_length=REMINDER_LENGTH)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, help_text="When its time had come and somebody was told.")
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

    def __str__(self) -> str:
        return f"Reminder {self.pk}"
