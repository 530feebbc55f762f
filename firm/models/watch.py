"""What the worker records for other processes: its job runs, slow measurements, and the heads of audit trails."""

from django.db import models

from firm.encryption.fields import EncryptedJSONField
from firm.encryption.models import EncryptedModel
from firm.models.internal import InternalModel


class JobRun(InternalModel):
    """The last run of a scheduled job; ``failures`` counts those since its last success."""

    name = models.CharField(max_length=100, unique=True)
    every = models.PositiveIntegerField(help_text="Seconds between the starts of two runs.")
    finished_at = models.DateTimeField()
    took = models.FloatField(help_text="Seconds.")
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=100, blank=True, help_text="The type of the error, never its words.")

    class Meta(InternalModel.Meta):
        ordering = ["name"]


class MeasurementQuerySet(models.QuerySet):
    def note(self, name: str, value: float | None, at) -> None:
        """Store the latest value of one measurement."""
        self.update_or_create(name=name, defaults={"value": value, "at": at})


class Measurement(InternalModel):
    """A number that is too slow to measure during a request, with its time."""

    name = models.CharField(max_length=60, unique=True)
    value = models.FloatField(null=True)
    at = models.DateTimeField()

    objects = MeasurementQuerySet.as_manager()

    class Meta(InternalModel.Meta):
        ordering = ["name"]


class TrailHead(InternalModel, EncryptedModel):
    """How far an audit trail was hashed on the last good night, and where it begins (`firm.audit_chain.hash_chain`).

    ``head`` and ``base`` are links: count, id of the last entry, digest. They are encrypted so that they are authentic.
    """

    trail = models.CharField(max_length=20, unique=True)
    head = EncryptedJSONField()
    base = EncryptedJSONField()
    recorded_at = models.DateTimeField()
