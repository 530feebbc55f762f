"""What signing in stores besides django-allauth's own models: attempts, the sign-in log, mails to send."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from firm.encryption.fields import EncryptedTextField
from firm.encryption.models import EncryptedModel
from firm.models.internal import InternalModel

#: How far the clocks of two servers may differ.
CLOCK_SKEW = timedelta(minutes=1)


class AttemptQuerySet(models.QuerySet):
    def within(self, window: timedelta, now: datetime):
        """The attempts within ``window`` before now. One from the time to come was noted while the clock was wrong."""
        return self.filter(at__gt=now - window, at__lte=now + CLOCK_SKEW)


class Attempt(InternalModel):
    """An attempt that is counted for a limit; ``digest`` stands for what it is counted by (`firm.rate_limits`)."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    objects = AttemptQuerySet.as_manager()

    class Meta(InternalModel.Meta):
        indexes = [models.Index(fields=["digest", "at"], name="attempt_by_digest")]


class SignInKind(models.TextChoices):
    SIGNED_IN = "signed_in", "Signed in"
    REFUSED = "refused", "Refused: name or password"
    CODE_REFUSED = "code_refused", "Refused: second step"
    FACTOR_ADDED = "factor_added", "Second factor added"
    FACTOR_REMOVED = "factor_removed", "Second factor removed"
    CODES_MADE = "codes_made", "Recovery codes made"
    CODE_USED = "code_used", "Recovery code used"
    RESET_ASKED = "reset_asked", "Password reset asked for"
    PASSWORD_RESET = "password_reset", "Password reset"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere", "Other sessions ended"
    HELD_UP = "held_up", "Held up: too many attempts"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    ADDRESS_CHANGED = "address_changed", "E-mail address changed"


class SignInEvent(InternalModel):
    """A line of the sign-in log. It names accounts by their number, and never holds what somebody typed.

    The database refuses to change one, and to delete one of the last 399 days; what somebody changes all the same is
    found by the chain (`firm.accounts.sign_in_chain`).
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    kind = models.CharField(max_length=24, choices=SignInKind.choices)
    account_id = models.BigIntegerField(null=True)
    #: Who did it, where that is somebody else. Who changed a password or an address is told by Wagtail's own log.
    by_id = models.BigIntegerField(null=True)
    method = models.CharField(max_length=10, blank=True)
    network = models.CharField(max_length=50, blank=True)
    mac = models.CharField(max_length=100, editable=False)

    class Meta(InternalModel.Meta):
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class AccountMail(InternalModel, EncryptedModel):
    """A mail about an account that the worker has to write: to ``user``, or to the accounts with the ``address``."""

    kind = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)
    address = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
