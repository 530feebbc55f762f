"""What the way in to the staff's side keeps: second factors, sessions, counts of attempts, the trail, mails to send."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from firm.encryption.fields import EncryptedTextField
from firm.encryption.models import EncryptedModel


class FactorKind(models.TextChoices):
    """The kinds of second factor."""

    APP = "app", "Authenticator app"
    PASSKEY = "passkey", "Passkey"


class SecondFactor(EncryptedModel):
    """An authenticator app or a passkey. One without ``confirmed_at`` is being set up and opens nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factors")
    kind = models.CharField(max_length=10, choices=FactorKind.choices)
    name = models.CharField(max_length=60, blank=True)
    #: The app's key in base32; of a passkey, its attested credential data (WebAuthn 6.5.1) in base64url.
    secret = EncryptedTextField()
    #: SHA-256 of a passkey's credential id, by which it is found.
    credential = models.CharField(max_length=64, null=True, unique=True)
    #: The app's last step that was taken (RFC 6238), or the passkey's signature counter.
    counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(kind="app", confirmed_at__isnull=False), name="firm_one_app"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(kind="app", confirmed_at__isnull=True), name="firm_one_app_in_setup"
            ),
            models.CheckConstraint(
                condition=Q(kind="app", credential__isnull=True)
                | Q(kind="passkey", credential__isnull=False, confirmed_at__isnull=False),
                name="firm_factor_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class RecoveryCode(EncryptedModel):
    """A code that stands in for a second factor once; it is deleted by its use."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    code = EncryptedTextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Recovery code {self.pk}"


class StaffSession(models.Model):
    """A session that came in by the door. It lives as long as this row; the browser's session names it by ``key``."""

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_sessions")
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)
    has_second_factor = models.BooleanField(default=False)
    browser = models.CharField(max_length=60)
    network = models.CharField(max_length=50)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Session {self.pk}"


class AttemptCount(models.Model):
    """Attempts that failed, or are not decided yet, for one account, network, pair or device; by a digest."""

    digest = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    #: When the count began; it starts anew some time after.
    since = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    closed_until = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Count {self.pk}"


class SignInKind(models.TextChoices):
    """What the trail of signing in tells."""

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


class SignInEvent(models.Model):
    """A line of the trail. It names accounts by their number, and never holds what somebody typed.

    The database refuses to change one, and to delete one of the last 399 days (migration 0009); a change past the
    database's refusal is found by the chain (`firm.accounts.sign_in_chain`).
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    kind = models.CharField(max_length=24, choices=SignInKind.choices)
    account_id = models.BigIntegerField(null=True)
    #: Who did it, where that is somebody else. Who changed a password or an address is told by Wagtail's own log.
    by_id = models.BigIntegerField(null=True)
    method = models.CharField(max_length=10, blank=True)
    network = models.CharField(max_length=50, blank=True)
    seal = models.CharField(max_length=100, null=True, editable=False, help_text="None on lines from before.")

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class DoorMail(EncryptedModel):
    """A mail about an account that the worker has to write: to ``user``, or to whoever has the ``address``."""

    kind = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)
    address = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Mail {self.pk}"
