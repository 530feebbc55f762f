"""The register of known parties, against which new requests are checked for conflicts."""

from collections.abc import Iterable, Mapping

from django.db import models
from django.db.models import Q
from django.utils import timezone

from consultations.conflict_states import Asked
from consultations.conflicts.matching import blocking_keys
from consultations.models.base import NumberedModel
from consultations.models.requests import ConsultationRequest
from firm.encryption.fields import EncryptedTextField
from firm.encryption.models import BlindIndexEntry, BlindIndexQuerySet, EncryptedModel


class PartyRole(models.TextChoices):
    CLIENT = "client", "Client"
    FORMER_CLIENT = "former_client", "Former client"
    PROSPECTIVE = "prospective", "Prospective client"
    ADVERSE = "adverse", "Adverse party"
    CO_DEFENDANT = "co_defendant", "Co-defendant"
    WITNESS = "witness", "Witness"


class PartyKind(models.TextChoices):
    PERSON = "person", "Person"
    ORGANISATION = "organisation", "Organisation"


class PartySource(models.TextChoices):
    BY_HAND = "by_hand", "Entered by hand"
    IMPORT = "import", "Imported"
    REQUEST = "request", "From a request"


class PartyQuerySet(models.QuerySet):
    def known(self):
        """Return the parties whose names are stored."""
        return self.filter(buried_at=None)


class Party(NumberedModel, EncryptedModel):
    """Somebody whom the firm has to think of. Save with `conflicts.register.save_party`, so that it is found.

    When the data are erased, a tombstone stays: no text at all, but the digests under which the name is recognised.
    """

    name = EncryptedTextField(max_length=200)
    aliases = EncryptedTextField(blank=True, help_text="Other names, one on each line.")
    role = models.CharField(max_length=16, choices=PartyRole)
    kind = models.CharField(max_length=12, choices=PartyKind, default=PartyKind.PERSON)
    matter = EncryptedTextField(max_length=200, blank=True, help_text="Such as: State v. Sample, 2019.")
    note = EncryptedTextField(blank=True)
    source = models.CharField(max_length=8, choices=PartySource, default=PartySource.BY_HAND, editable=False)
    request = models.ForeignKey(
        ConsultationRequest,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="parties",
        editable=False,
    )
    request_field = models.CharField(max_length=16, choices=Asked, blank=True, editable=False)
    request_place = models.PositiveIntegerField(null=True, editable=False, help_text="Which of those of its field.")
    import_key = models.BigIntegerField(null=True, unique=True, editable=False, help_text="Digest of the line.")
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    buried_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When the texts were erased.")

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = "party"
        verbose_name_plural = "parties"
        default_permissions = ("view", "add", "change", "delete")
        ordering = ["-added_at", "-pk"]
        indexes = [
            models.Index(fields=["-added_at", "-id"], name="party_newest"),
            models.Index(fields=["role", "-added_at"], name="party_by_role"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=PartyRole.values), name="party_role_known"),
            models.CheckConstraint(condition=Q(kind__in=PartyKind.values), name="party_kind_known"),
            models.CheckConstraint(condition=Q(source__in=PartySource.values), name="party_source_known"),
            # Of two workers that enter one request at once, the second is refused, so that nobody is entered twice.
            models.UniqueConstraint(fields=["request", "request_field", "request_place"], name="party_once_in_request"),
            models.CheckConstraint(
                condition=~Q(source=PartySource.REQUEST) | Q(request=None) | Q(request_place__isnull=False),
                name="party_of_request_placed",
            ),
            models.CheckConstraint(
                condition=Q(buried_at=None, name__isblank=False)
                | Q(
                    buried_at__isnull=False,
                    name__isblank=True,
                    aliases__isblank=True,
                    matter__isblank=True,
                    note__isblank=True,
                    request=None,
                ),
                name="party_named_or_buried",
            ),
        ]

    @property
    def is_buried(self) -> bool:
        return self.buried_at is not None

    @property
    def names(self) -> list[str]:
        return names_in(self.name, self.aliases)


def names_in(name: str, aliases: str) -> list[str]:
    """Return a name and the aliases, one on each line, each once."""
    return list(dict.fromkeys(filter(None, map(str.strip, [name, *aliases.splitlines()]))))


class PartyEntryQuerySet(BlindIndexQuerySet):
    """Entries of the register. Those of tombstones cannot be computed again, so they are left alone."""

    def renewable(self):
        return self.filter(row__buried_at=None)

    def _replace(self, rows: Mapping) -> None:
        super()._replace({pk: row for pk, row in rows.items() if not row.is_buried})


class PartyEntry(BlindIndexEntry):
    """One digest under which a party is found: see `consultations.conflicts.matching.blocking_keys`."""

    row = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="entries")

    objects = PartyEntryQuerySet.as_manager()

    @classmethod
    def terms(cls, row: Party) -> Mapping[str, Iterable[str]]:
        return blocking_keys.stored(row.names)
