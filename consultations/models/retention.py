"""Retention periods, legal holds, and proofs of erasures."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from consultations.models.base import NumberedModel
from consultations.models.requests import ConsultationRequest
from consultations.workflow import Status
from firm.encryption.blind_index import digest, digests_for_lookup
from firm.encryption.fields import EncryptedTextField
from firm.encryption.keyring import keyring
from firm.encryption.models import EncryptedModel

THREE_YEARS, FOUR_YEARS = 1096, 1461
#: A hundred years: more is for ever, which is said by leaving it empty.
LONGEST = 36_525
_REFERENCE, _NUMBER = "erasure.reference", "erasure.consent"


def _days(default: int | None, label: str, why: str) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        null=True,
        blank=True,
        default=default,
        validators=[MaxValueValidator(LONGEST)],
        verbose_name=label,
        help_text=why,
    )


@register_setting(icon="bin", order=111)
class RetentionSettings(BaseGenericSetting):
    """After how many days a request is erased, by its final status; one row for the whole installation."""

    retained_days = _days(
        None,
        "retained",
        "Empty, because the matter goes on when the request ends, and because a criminal client’s file is kept for"
        " long: California, for one, wants it kept while the client lives (State Bar Formal Opinion 2001-157).",
    )
    declined_days = _days(
        THREE_YEARS,
        "declined",
        "Three years, in which somebody may claim that they were wrongly advised or not warned of a date"
        " (New York CPLR 214(6)).",
    )
    referred_days = _days(THREE_YEARS, "referred elsewhere", "As declined: a referral can be faulted, too.")
    not_reached_days = _days(365, "did not reach", "No advice was given. A year, since people call back late.")
    conflict_days = _days(
        THREE_YEARS,
        "conflict of interest",
        "As declined, to show what was and was not learnt (ABA Model Rule 1.18). For later checks, digests of the"
        " names stay when the request is erased.",
    )
    merged_days = _days(None, "merged into another", "Empty: erased together with the request that it was merged into.")
    quarantine_days = _days(
        90, "in quarantine", "Counted from when it was sent. Long enough to find a person taken for a program."
    )
    consent_days = models.PositiveIntegerField(
        default=FOUR_YEARS,
        validators=[MaxValueValidator(LONGEST)],
        verbose_name="consent to text messages",
        help_text=(
            "Four years from the last text message, in which a claim can be brought (47 U.S.C. 227 with 28 U.S.C."
            " 1658(a)). Of an erased request whose sender was texted, this stays: a keyed digest of the number, when"
            " and to which words they agreed. No name, no number. 0: nothing stays."
        ),
    )
    is_automatic = models.BooleanField(
        default=False,
        verbose_name="erase every day what is past its date",
        help_text="Off until somebody who may decide it has read the periods above and ticks this.",
    )

    panels = [
        HelpPanel(
            content=(
                "Days from the end of a request until it is erased, with everything that belongs to it. Empty or 0:"
                " never. A year has 365 days. Open requests are never erased by date, nor are those with a legal"
                " hold. What falls due is listed under Consultations → Retention."
            )
        ),
        MultiFieldPanel(
            [
                FieldPanel(f"{name}_days")
                for name in (
                    *("retained", "declined", "referred", "not_reached"),
                    *("conflict", "merged", "quarantine", "consent"),
                )
            ],
            "Days",
        ),
        FieldPanel("is_automatic"),
    ]

    class Meta:
        verbose_name = "retention"

    @classmethod
    def current(cls) -> "RetentionSettings":
        """Return the settings, or unsaved defaults: reading writes nothing."""
        return cls.objects.first() or cls()

    def period(self, status: str) -> timedelta | None:
        """Return how long a request with this final status is stored; None for ever."""
        days = getattr(self, f"{status}_days", None)
        return timedelta(days=days) if days else None

    @property
    def periods(self) -> dict[str, timedelta]:
        return {str(status): period for status in Status if (period := self.period(status))}


class LegalHold(NumberedModel, EncryptedModel):
    """Prevents the erasure of a request, by date, by hand and in the database itself."""

    request = models.OneToOneField(ConsultationRequest, on_delete=models.PROTECT, related_name="hold")
    set_at = models.DateTimeField(default=timezone.now)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = EncryptedTextField()

    class Meta:
        default_permissions = ()
        ordering = ["set_at", "pk"]


class ErasureReason(models.TextChoices):
    ASKED = "asked", "The person asked for it"
    MISTAKE = "mistake", "Sent by mistake, or for a test"
    NO_PERSON = "no_person", "No person sent it"
    RETENTION = "retention", "Past its date"


class ErasureQuerySet(models.QuerySet):
    def of(self, reference: str):
        """Return those of the request that had this reference, as `read_reference` returns it."""
        return self.filter(reference_digest__in=digests_for_lookup(reference, _REFERENCE))

    def unswept(self):
        return self.filter(swept_at=None)


class Erasure(NumberedModel):
    """The proof that a request was erased. It says nothing of the person; the audit trail has the same ``request_id``.

    Triggers of the database refuse to change or delete it; ``swept_at`` alone is filled in later.
    """

    request_id = models.BigIntegerField(unique=True)
    reference_digest = models.BigIntegerField(db_index=True, help_text="Keyed; answers whether it was erased.")
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True, help_text="Empty: the site, by date.")
    reason = models.CharField(max_length=12, choices=ErasureReason)
    outcome = models.CharField(max_length=16, choices=Status, help_text="The state that it was in.")
    swept_at = models.DateTimeField(null=True, help_text="Since then, the database's files hold no remains of it.")

    objects = ErasureQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at"], name="erasure_unswept", condition=Q(swept_at=None))]
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=ErasureReason.values), name="erasure_reason_known"),
        ]

    @classmethod
    def proof_of(cls, request: ConsultationRequest, *, by, reason: str, now) -> "Erasure":
        return cls(
            request_id=request.pk,
            reference_digest=digest(request.reference, _REFERENCE),
            at=now,
            actor_id=getattr(by, "pk", None),
            reason=reason,
            outcome=request.status,
        )


class ConsentReceiptQuerySet(models.QuerySet):
    def of(self, number: str):
        """Return those given for a number in international notation."""
        return self.filter(number_digest__in=digests_for_lookup(number, _NUMBER))


class ConsentReceipt(NumberedModel):
    """That the holder of a number agreed to text messages and was sent some: the defence against a claim, no more.

    Its digest is of another purpose than those by which requests are found, and goes with the last key it was made by.
    """

    number_digest = models.BigIntegerField(db_index=True)
    key_id = models.CharField(max_length=8)
    given_at = models.DateTimeField()
    wording = models.TextField(help_text="The consent as it was given.")
    page = models.CharField(max_length=200, blank=True)
    last_text_at = models.DateTimeField()
    keep_until = models.DateTimeField(db_index=True)

    objects = ConsentReceiptQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-given_at", "-pk"]

    @classmethod
    def digest_of(cls, number: str) -> dict[str, int | str]:
        return {"number_digest": digest(number, _NUMBER), "key_id": keyring().newest.id}
