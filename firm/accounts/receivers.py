"""Connects what happens when somebody signs in or out, or a second factor changes."""

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_used
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_save

from firm.accounts import sign_in_log, trusted_devices
from firm.accounts.emails import tell
from firm.accounts.factors import METHODS, RECOVERY, log_new, log_removed
from firm.accounts.sessions import forget_session
from firm.models import SignInKind


def connect() -> None:
    """Connect the receivers."""
    user_logged_in.connect(_signed_in, dispatch_uid="firm.accounts.signed_in")
    user_logged_out.connect(forget_session, dispatch_uid="firm.accounts.signed_out")
    authentication_failed.connect(_code_refused, dispatch_uid="firm.accounts.code_refused")
    authenticator_used.connect(_code_used, dispatch_uid="firm.accounts.code_used")
    post_save.connect(log_new, sender=Authenticator, dispatch_uid="firm.accounts.factor_added")
    post_delete.connect(log_removed, sender=Authenticator, dispatch_uid="firm.accounts.factor_removed")


def _signed_in(sender, request, user, response=None, **kwargs) -> None:
    """Log it, and let the browser be known from now on."""
    last = get_authentication_records(request, user)[-1]
    method = METHODS[last["type"]] if last["method"] == "mfa" else "password"
    sign_in_log.record(SignInKind.SIGNED_IN, account=user, request=request, method=method)
    trusted_devices.remember(request, response, user.get_username())


def _code_refused(sender, request, user, authenticator, **kwargs) -> None:
    method = METHODS[authenticator.type]
    sign_in_log.record(SignInKind.CODE_REFUSED, account=user, request=request, method=method)


def _code_used(sender, request, user, authenticator, **kwargs) -> None:
    if authenticator.type == RECOVERY:
        sign_in_log.record(SignInKind.CODE_USED, account=user, request=request)
        tell(user, "code_used")
