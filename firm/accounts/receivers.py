"""What is logged and mailed when somebody signs in or out, or a password, an address or a second factor changes.

Receivers of the saving itself: the page of the account, the form of an administrator, a reset and a command all pass
there. `firm.apps` imports this module when all models are there.
"""

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import user_logged_in
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_used
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from firm.accounts import sign_in_log, throttle
from firm.accounts.emails import notify
from firm.accounts.factors import RECOVERY, factors_of
from firm.models import SignInKind

User = get_user_model()
METHODS = {Authenticator.Type.TOTP: "app", Authenticator.Type.WEBAUTHN: "passkey", RECOVERY: "recovery"}
#: The fields of an account whose change is notified, with the kinds of the log entry and of the mail.
WATCHED = {
    "password": (SignInKind.PASSWORD_CHANGED, "password_changed"),
    "email": (SignInKind.ADDRESS_CHANGED, "address_changed"),
}


@receiver(user_logged_in)
def signed_in(sender, request, user, response=None, **kwargs) -> None:
    """The browser is known from now on."""
    last = get_authentication_records(request, user)[-1]
    method = METHODS[last["type"]] if last["method"] == "mfa" else "password"
    sign_in_log.record(SignInKind.SIGNED_IN, account=user, request=request, method=method)
    throttle.remember_device(request, response, user.get_username())


@receiver(user_logged_out)
def signed_out(sender, request, **kwargs) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).delete()


@receiver(authentication_failed)
def code_refused(sender, request, user, authenticator, **kwargs) -> None:
    method = METHODS[authenticator.type]
    sign_in_log.record(SignInKind.CODE_REFUSED, account=user, request=request, method=method)


@receiver(authenticator_used)
def code_used(sender, request, user, authenticator, **kwargs) -> None:
    if authenticator.type == RECOVERY:
        sign_in_log.record(SignInKind.CODE_USED, account=user, request=request)
        notify(user, "code_used")


@receiver(post_save, sender=Authenticator)
def factor_added(sender, instance: Authenticator, created: bool, raw=False, **kwargs) -> None:
    if raw or not created:
        return
    if instance.type == RECOVERY:
        sign_in_log.record(SignInKind.CODES_MADE, account=instance.user_id, request=context.request)
    else:
        _log(SignInKind.FACTOR_ADDED, instance)
        notify(instance.user, "factor_added")


@receiver(post_delete, sender=Authenticator)
def factor_removed(sender, instance: Authenticator, origin=None, **kwargs) -> None:
    """No notice of factors that are deleted with their account."""
    if getattr(origin, "model", type(origin)) is not Authenticator:
        return
    if instance.type != RECOVERY:
        _log(SignInKind.FACTOR_REMOVED, instance)
        notify(instance.user, "factor_removed")
    elif factors_of(instance.user_id).exists():
        notify(instance.user, "codes_made")  # others take their place


def _log(kind: SignInKind, factor: Authenticator) -> None:
    actor = context.request.user if context.request else None
    by = actor if actor and actor.is_authenticated and actor.pk != factor.user_id else None
    sign_in_log.record(kind, account=factor.user_id, by=by, request=context.request, method=METHODS[factor.type])


@receiver(pre_save, sender=User)
def account_changes(sender, instance, raw=False, update_fields=None, **kwargs) -> None:
    """Note the values before. The same password, hashed again by Django at a login, is no change."""
    instance.before_change = None
    is_rehash = update_fields is not None and set(update_fields) == {"password"} and instance._password is None
    is_unwatched = update_fields is not None and WATCHED.keys().isdisjoint(update_fields)
    if not (raw or is_rehash or is_unwatched or instance._state.adding):
        instance.before_change = sender._base_manager.filter(pk=instance.pk).values(*WATCHED).first()


@receiver(post_save, sender=User)
def account_changed(sender, instance, update_fields=None, **kwargs) -> None:
    """Notify the earlier address: the new one may be somebody else's."""
    before = instance.before_change
    if before is None:
        return
    for name, (kind, mail) in WATCHED.items():
        is_saved = update_fields is None or name in update_fields
        if is_saved and before[name] != getattr(instance, name):
            sign_in_log.record(kind, account=instance)
            notify(instance, mail, address=before["email"])
