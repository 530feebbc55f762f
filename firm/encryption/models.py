"""Abstract models: rows with encrypted fields, and their blind index."""

from collections.abc import Iterable, Mapping
from uuid import uuid4

from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet

from firm.encryption.blind_index import digest, digests_for_lookup, query_words
from firm.encryption.checks import check_blind_index
from firm.encryption.fields import EncryptedTextField
from firm.encryption.keyring import keyring

BATCH = 500


class EncryptedModel(models.Model):
    """A model with encrypted fields. Ciphertext is bound to ``row_uuid``, which never changes."""

    row_uuid = models.UUIDField(default=uuid4, unique=True, editable=False)

    #: Wagtail's reference index would show everybody with access to a page which rows refer to it.
    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True

    def encrypt(self) -> None:
        """Encrypt all values now. Saving does it too, but while it holds the database's lock."""
        for field in self._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                getattr(self, field.attname)


class BlindIndexQuerySet(QuerySet):
    def equal_to(self, purpose: str, value: str):
        """Return the ids of rows with exactly this normalised value, for ``filter(pk__in=…)``."""
        return self.filter(digest__in=digests_for_lookup(value, purpose)).values("row")

    def matching(self, purpose: str, text: str):
        """Return the ids of rows with words that begin with all words of ``text``, in any order, for
        ``filter(pk__in=…)``.

        A text without words matches nothing.
        """
        words = query_words(text)
        if not words:
            return self.none().values("row")
        # The longest word is the most selective: the database starts from its rows.
        first, *others = sorted(words, key=lambda word: (-len(word), word))
        found = self.filter(digest__in=digests_for_lookup(first, purpose))
        for word in others:
            same = self.filter(row=OuterRef("row"), digest__in=digests_for_lookup(word, purpose))
            found = found.filter(Exists(same))
        return found.values("row")

    def rebuild(self, rows: Iterable) -> None:
        """Update the index entries of these rows (instances or ids) to their stored values.

        Call it in the transaction that writes the rows. They are locked and read again, so that the later of two
        concurrent writes is indexed.
        """
        ids = sorted({getattr(row, "pk", row) for row in rows})
        table = self.model._meta.get_field("row").related_model._base_manager.using(self.db)
        with transaction.atomic(using=self.db):
            for start in range(0, len(ids), BATCH):
                locked = table.select_for_update().filter(pk__in=ids[start : start + BATCH]).order_by("pk")
                self._replace({row.pk: row for row in locked})

    def renewable(self):
        """Return the entries that a key rotation can compute again from their rows; here all."""
        return self

    def entries_of(self, rows: Iterable) -> list:
        """Return the entries of new rows, which need not be saved yet; for `enter`."""
        key_id = keyring().newest.id
        return [
            self.model(row=row, digest=number, purpose=purpose, key_id=key_id)
            for row in rows
            for number, purpose in self._digests(row).items()
        ]

    def enter(self, entries: Iterable) -> None:
        """Store the result of `entries_of` for new rows, in the transaction that has saved the rows."""
        self.bulk_create(entries, batch_size=4 * BATCH)

    def rebuild_all(self) -> int:
        """Rebuild the entries of all rows in batches; return the number of rows."""
        table = self.model._meta.get_field("row").related_model._base_manager.using(self.db)
        last, count = None, 0
        while True:
            later = table.filter(pk__gt=last) if last is not None else table.all()
            ids = list(later.order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not ids:
                return count
            self.rebuild(ids)
            last, count = ids[-1], count + len(ids)

    def _digests(self, row) -> dict[int, str]:
        terms = self.model.terms(row).items()
        return {digest(value, purpose): purpose for purpose, values in terms for value in values if value}

    def _replace(self, rows: Mapping) -> None:
        """Delete obsolete entries and add missing ones; leave the others alone."""
        wanted = {(pk, number): purpose for pk, row in rows.items() for number, purpose in self._digests(row).items()}
        key_id = keyring().newest.id
        stale = []
        for entry in self.filter(row__in=rows).values_list("pk", "row_id", "digest", "key_id"):
            if entry[3] != key_id or wanted.pop(entry[1:3], None) is None:
                stale.append(entry[0])
        for start in range(0, len(stale), BATCH):
            self.filter(pk__in=stale[start : start + BATCH]).delete()
        self.bulk_create(
            (
                self.model(row_id=pk, digest=value, purpose=purpose, key_id=key_id)
                for (pk, value), purpose in wanted.items()
            ),
            batch_size=BATCH,
        )


class BlindIndexEntry(models.Model):
    """A keyed digest that finds one row. See `firm.encryption.blind_index` for what it reveals.

    Subclasses add ``row``, a cascading foreign key to the model that is searched, and `terms`.
    """

    purpose = models.CharField(max_length=20)
    digest = models.BigIntegerField()
    key_id = models.CharField(max_length=8)

    objects = BlindIndexQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["digest", "row"], name="%(app_label)s_%(class)s_once")]

    def __str__(self) -> str:
        return f"{self.purpose} entry {self.pk}"

    @classmethod
    def terms(cls, row) -> Mapping[str, Iterable[str]]:
        """Return the normalised search values of ``row`` by purpose; empty ones are ignored."""
        raise NotImplementedError

    @classmethod
    def check(cls, **kwargs):
        return [*super().check(**kwargs), *check_blind_index(cls)]
