"""Notices a change of an account's password or address, whichever way it came, and has its owner told.

Receivers of the account's own saving: the page of the account, the form of an administrator, a reset and a command all
pass there. A hash that Django makes anew at a login, of the same password, is no change.
"""

from django.contrib.auth import get_user_model
from django.db.models.signals import post_save, pre_save

from firm.accounts import sign_in_log
from firm.accounts.emails import tell
from firm.models import SignInKind

WATCHED = {"password", "email"}


def connect() -> None:
    """Connect the receivers."""
    pre_save.connect(_look, sender=get_user_model(), dispatch_uid="firm.accounts.look")
    post_save.connect(_told, sender=get_user_model(), dispatch_uid="firm.accounts.told")


def _look(sender, instance, raw=False, update_fields=None, **kwargs) -> None:
    """Note on the account what there was before."""
    instance.before_change = None
    is_rehash = update_fields is not None and set(update_fields) == {"password"} and instance._password is None
    if raw or is_rehash or instance._state.adding or (update_fields is not None and not WATCHED & set(update_fields)):
        return
    instance.before_change = sender._base_manager.filter(pk=instance.pk).values(*WATCHED).first()


def _told(sender, instance, update_fields=None, **kwargs) -> None:
    """Tell the address that there was before: the new one may be somebody else's."""
    before = instance.before_change
    if before is None:
        return
    saved = WATCHED if update_fields is None else WATCHED & set(update_fields)
    changed = {name for name in saved if before[name] != getattr(instance, name)}
    if "password" in changed:
        sign_in_log.record(SignInKind.PASSWORD_CHANGED, account=instance)
        tell(instance, "password_changed", address=before["email"])
    if "email" in changed:
        sign_in_log.record(SignInKind.ADDRESS_CHANGED, account=instance)
        tell(instance, "address_changed", address=before["email"])
