"""Re-encrypts and re-indexes all rows with the newest key, while the site runs.

Each row is locked, encrypted again and written in one short transaction, if its ciphertext is still what was read: a
concurrent edit wins. Only values under an older key are touched, so an interrupted run is simply started again.
Instances loaded before the run may write older ciphertext back; hence more than one pass.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from firm.encryption.cipher import Unreadable, is_current
from firm.encryption.fields import EncryptedTextField
from firm.encryption.keyring import keyring
from firm.encryption.models import BlindIndexEntry

BATCH = 500
PASSES = 5
#: Tables whose ciphertext is in no encrypted field: functions of a database's alias, added by the apps that have some.
OTHER_TABLES: list[Callable] = []


@dataclass
class Tally:
    """Counts for one table. ``obsolete``: digests under older keys whose values no longer exist; they stay."""

    label: str
    outdated: int = 0
    renewed: int = 0
    remaining: int = 0
    obsolete: int = 0


def rotate(registry, *, using: str = "default", dry_run: bool = False) -> Iterator[Tally]:
    """Rotate all tables of the models in ``registry`` (the installed apps); yield the counts of each.

    ``remaining`` counts what is still under an older key: values that do not decrypt, or that a process without the
    newest key wrote meanwhile. With ``dry_run`` it is all that is outdated.
    """
    for model in registry.get_models():
        if issubclass(model, BlindIndexEntry):
            yield _rotate_table(_Index(model, using), dry_run)
        elif fields := encrypted_fields(model):
            yield _rotate_table(_Rows(model, fields, using), dry_run)
    for make_table in OTHER_TABLES:
        yield _rotate_table(make_table(using), dry_run)


def encrypted_fields(model) -> list[EncryptedTextField]:
    if model._meta.proxy:
        return []
    return [field for field in model._meta.local_concrete_fields if isinstance(field, EncryptedTextField)]


def _rotate_table(table: "_Rows | _Index", dry_run: bool) -> Tally:
    tally = Tally(table.label, outdated=table.outdated().count(), obsolete=table.obsolete())
    for _ in range(0 if dry_run else PASSES):
        renewed = sum(table.renew(pk) for pk in _each(table))
        tally.renewed += renewed
        if not renewed:
            break
    tally.remaining = table.outdated().count()
    return tally


def _each(table: "_Rows | _Index") -> Iterator:
    """Yield the ids of outdated rows in order, fetched in batches."""
    batch = table.ids_after(None)
    while batch:
        yield from batch
        batch = table.ids_after(batch[-1])


class _Rows:
    """The encrypted columns of one model."""

    def __init__(self, model, fields: list[EncryptedTextField], using: str):
        self.label = model._meta.label
        self.fields = fields
        self.names = [field.name for field in fields]
        self.rows = model._base_manager.using(using)
        self.using = using

    def outdated(self):
        key_id, condition = keyring().newest.id, Q()
        for field in self.fields:
            condition |= Q(**{f"{field.name}__outdated_for": key_id})
        return self.rows.filter(condition).order_by("pk")

    def obsolete(self) -> int:
        return 0

    def ids_after(self, last) -> list:
        found = self.outdated() if last is None else self.outdated().filter(pk__gt=last)
        return list(found.values_list("pk", flat=True)[:BATCH])

    def renew(self, pk) -> bool:
        """Encrypt one row again; return whether it was written."""
        with transaction.atomic(using=self.using):
            row = self.rows.select_for_update().only("row_uuid", *self.names).filter(pk=pk).first()
            if row is None:
                return False
            before, after = {}, {}
            for field, token in self._outdated_tokens(row):
                try:
                    after[field.name] = field.reencrypt(token, row.row_uuid)
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
    """The entries of one blind index. Digests cannot be converted: they are computed again from their rows."""

    def __init__(self, model, using: str):
        self.label = model._meta.label
        self.entries = model._default_manager.using(using).all()

    def outdated(self):
        return self.entries.renewable().exclude(key_id=keyring().newest.id)

    def obsolete(self) -> int:
        return self.entries.exclude(key_id=keyring().newest.id).count() - self.outdated().count()

    def ids_after(self, last) -> list:
        found = self.outdated() if last is None else self.outdated().filter(row__gt=last)
        return list(found.order_by("row").values_list("row", flat=True).distinct()[:BATCH])

    def renew(self, pk) -> bool:
        """Rebuild the entries of one row; return whether its values could be decrypted."""
        try:
            self.entries.rebuild([pk])
        except Unreadable:
            return False
        return True
