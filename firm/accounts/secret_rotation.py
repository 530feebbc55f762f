"""Moves the secrets of second factors, in django-allauth's table, to the newest field key."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from firm.accounts.adapter import SECRETS
from firm.encryption.cipher import Unreadable, decrypt, encrypt, is_current

#: The names of secrets in `Authenticator.data`: an app's key, and the seed of recovery codes.
NAMES = ("secret", "seed")


class AuthenticatorSecrets:
    """A table for `firm.encryption.key_rotation`. It has a row or two for each account, so all are read."""

    label = Authenticator._meta.label

    def __init__(self, using: str):
        self.rows, self.using = Authenticator.objects.using(using), using

    def outdated(self):
        stale = [pk for pk, data in self.rows.values_list("pk", "data") if _outdated(data)]
        return self.rows.filter(pk__in=stale).order_by("pk")

    def obsolete(self) -> int:
        """Ciphertext can always be renewed."""
        return 0

    def ids_after(self, last) -> list:
        return list(self.outdated().values_list("pk", flat=True)) if last is None else []

    @sensitive_variables()
    def renew(self, pk) -> bool:
        """Re-encrypt one row's secrets; return whether the row was written."""
        with transaction.atomic(using=self.using):
            row = self.rows.select_for_update().filter(pk=pk).first()
            try:
                fresh = {name: str(encrypt(decrypt(row.data[name], SECRETS), SECRETS)) for name in _outdated(row.data)}
            except (AttributeError, Unreadable):
                return False
            row.data |= fresh
            row.save(update_fields=["data"])
        return bool(fresh)


def _outdated(data: dict) -> list[str]:
    return [name for name in NAMES if name in data and not is_current(data[name])]
