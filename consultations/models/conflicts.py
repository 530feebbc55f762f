"""The matches of the conflict check, and the decisions about them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consultations.conflict_states import Asked
from consultations.models.parties import Party, PartyRole
from consultations.models.requests import ConsultationRequest
from firm.encryption.fields import EncryptedTextField
from firm.encryption.models import EncryptedModel


class Verdict(models.TextChoices):
    NONE = "", "Not looked at"
    CLEARED = "cleared", "No conflict"


class ConflictHitQuerySet(models.QuerySet):
    def unjudged(self):
        return self.filter(verdict=Verdict.NONE)


class ConflictHit(EncryptedModel):
    """A known party that matches a name of a request. Names are encrypted; ``reasons`` are codes.

    Without a ``party`` it was deleted from the register, and its name is not shown any more.
    """

    request = models.ForeignKey(ConsultationRequest, on_delete=models.CASCADE, related_name="conflict_hits")
    party = models.ForeignKey(Party, null=True, on_delete=models.SET_NULL, related_name="hits")
    name_of = models.CharField(max_length=16, choices=Asked)
    asked = EncryptedTextField()
    found = EncryptedTextField(blank=True)
    role = models.CharField(max_length=16, choices=PartyRole)
    score = models.PositiveSmallIntegerField(help_text="How sure the match is, of 100.")
    reasons = models.JSONField(default=list, help_text="Codes of why it was found.")
    found_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.NONE, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    judged_at = models.DateTimeField(null=True)
    judgement = EncryptedTextField(blank=True, help_text="The reason of the verdict.")

    objects = ConflictHitQuerySet.as_manager()

    class Meta:
        verbose_name = "match of the conflict check"
        verbose_name_plural = "matches of the conflict check"
        default_permissions = ()
        ordering = ["-score", "pk"]
        indexes = [models.Index(fields=["request", "verdict"], name="hit_by_request")]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="hit_verdict_known"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.NONE, judged_at=None)
                | (~Q(verdict=Verdict.NONE) & Q(judged_at__isnull=False)),
                name="hit_judged_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Match {self.pk}"
