"""The results of backups; nothing of their contents."""

from django.db import models
from django.utils import timezone

from firm.models.internal import InternalModel


class BackupState(models.TextChoices):
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"


class BackupRun(InternalModel):
    """One backup: manual, or scheduled with a ``night`` and an attempt number, unique together.

    ``drill`` is the result of the test restore into a scratch database; empty when there was none.
    """

    night = models.DateField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=BackupState.choices)
    missing_files = models.PositiveIntegerField(default=0)
    drill = models.CharField(max_length=12, choices=BackupState.choices, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta(InternalModel.Meta):
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["night", "attempt"], name="backup_once_a_night_and_attempt"),
        ]

    def succeed(self, *, missing_files: int) -> None:
        """Store that the backup is made; its drill may follow."""
        self.state, self.ended_at, self.missing_files = BackupState.SUCCEEDED, timezone.now(), missing_files
        self.save()
