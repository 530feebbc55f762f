"""Moves everything that is sealed or indexed to the newest key, while the site runs.

A row is locked, sealed anew and written in one short transaction, on the condition that its ciphertext is still what
was read: an edit at the same time wins. Only what is under an older key is touched, so a run that was interrupted is
simply started again. Instances loaded before the run may write older ciphertext back; hence more than one pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from firm.encryption.cipher import Unreadable, is_current
from firm.encryption.fields import SealedTextField
from firm.encryption.keyring import keyring
from firm.encryption.models import BlindIndexEntry

BATCH = 500
PASSES = 5


@dataclass
class Tally:
    """What was found in one table. ``kept`` are digests under older keys whose values are gone: they stay."""

    label: str
    outdated: int = 0
    renewed: int = 0
    remaining: int = 0
    kept: int = 0


def rotate(registry, *, using: str = "default", dry_run: bool = False) -> Iterator[Tally]:
    """Renew all tables of the models in ``registry`` (the installed apps), one after the other; yield what was done.

    ``remaining`` counts what is still under an older key: values that do not open, or that were written meanwhile by
    a process which does not know the newest key. With ``dry_run`` it is all that is outdated.
    """
    for model in registry.get_models():
        if issubclass(model, BlindIndexEntry):
            yield _rotate_table(_Index(model, using), dry_run)
        elif fields := sealed_fields(model):
            yield _rotate_table(_Rows(model, fields, using), dry_run)


def sealed_fields(model) -> list[SealedTextField]:
    """Return the sealed fields in the model's own table."""
    if model._meta.proxy:
        return []
    return [field for field in model._meta.local_concrete_fields if isinstance(field, SealedTextField)]


def _rotate_table(table: "_Rows | _Index", dry_run: bool) -> Tally:
    tally = Tally(table.label, outdated=table.outdated().count(), kept=table.kept())
    for _ in range(0 if dry_run else PASSES):
        renewed = sum(table.renew(pk) for pk in _each(table))
        tally.renewed += renewed
        if not renewed:
            break
    tally.remaining = table.outdated().count()
    return tally


def _each(table: "_Rows | _Index") -> Iterator:
    """Yield the ids of rows with something outdated, in order, a batch at a time."""
    batch = table.ids_after(None)
    while batch:
        yield from batch
        batch = table.ids_after(batch[-1])


class _Rows:
    """The sealed columns of one model."""

    def __init__(self, model, fields: list[SealedTextField], using: str):
        self.label = model._meta.label
        self.fields = fields
        self.names = [field.name for field in fields]
        self.rows = model._base_manager.using(using)
        self.using = using

    def outdated(self):
        """Rows in which something was sealed with an older key."""
        key_id, condition = keyring().newest.id, Q()
        for field in self.fields:
            condition |= Q(**{f"{field.name}__outdated_for": key_id})
        return self.rows.filter(condition).order_by("pk")

    def kept(self) -> int:
        """Ciphertext can always be renewed."""
        return 0

    def ids_after(self, last) -> list:
        """The next batch."""
        found = self.outdated() if last is None else self.outdated().filter(pk__gt=last)
        return list(found.values_list("pk", flat=True)[:BATCH])

    def renew(self, pk) -> bool:
        """Seal what opens in one row anew; return whether the row was written."""
        with transaction.atomic(using=self.using):
            row = self.rows.select_for_update().only("seal_id", *self.names).filter(pk=pk).first()
            if row is None:
                return False
            before, after = {}, {}
            for field, token in self._outdated_tokens(row):
                try:
                    after[field.name] = field.reseal(token, row.seal_id)
                except Unreadable:
                    continue
                before[f"{field.name}__is_token"] = token
            return bool(after and self.rows.filter(pk=pk, **before).update(**after))

    def _outdated_tokens(self, row) -> Iterator:
        for field in self.fields:
            token = getattr(row, field.attname)
            if token and not is_current(token):
                yield field, token


class _Index:
    """The entries of one blind index. Digests cannot be turned into others: they are made anew from their rows."""

    def __init__(self, model, using: str):
        self.label = model._meta.label
        self.entries = model._default_manager.using(using).all()

    def outdated(self):
        """Entries under older keys that can be made anew."""
        return self.entries.renewable().exclude(key_id=keyring().newest.id)

    def kept(self) -> int:
        """How many are under older keys and cannot."""
        return self.entries.exclude(key_id=keyring().newest.id).count() - self.outdated().count()

    def ids_after(self, last) -> list:
        """The next batch of rows that have such entries."""
        found = self.outdated() if last is None else self.outdated().filter(row__gt=last)
        return list(found.order_by("row").values_list("row", flat=True).distinct()[:BATCH])

    def renew(self, pk) -> bool:
        """Rebuild the entries of one row; return whether its values could be read."""
        try:
            self.entries.rebuild([pk])
        except Unreadable:
            return False
        return True
