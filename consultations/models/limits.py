"""How much each network has sent. Says nothing of whose network it is."""

from django.db import models


class SubmissionCount(models.Model):
    """What one network sent within one minute. ``network`` is a keyed digest of its address, another one every day."""

    network = models.CharField(max_length=64)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["network", "minute"], name="count_per_network_and_minute")]
        indexes = [models.Index(fields=["minute"], name="count_by_minute")]

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M}: {self.count}"
