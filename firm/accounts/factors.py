"""Second factors of an account, django-allauth's `Authenticator`: what is said and ended when they change."""

from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.db import transaction

from firm.accounts import sign_in_log
from firm.accounts.emails import tell
from firm.accounts.sessions import FACTORS, end_all
from firm.models import SignInKind

RECOVERY = Authenticator.Type.RECOVERY_CODES
METHODS = {Authenticator.Type.TOTP: "app", Authenticator.Type.WEBAUTHN: "passkey", RECOVERY: "recovery"}


def factors_of(user):
    """Return apps and passkeys, oldest first; recovery codes are none."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).order_by("pk")


def note_use_of_new(request, factor_type: str) -> None:
    """Let this session count as one with a second step, and end the others, which came in without it."""
    record_authentication(request, request.user, "mfa", type=factor_type)
    end_other_sessions(request, request.user)


def remove_all(user) -> int:
    """Remove all factors and recovery codes, and end the account's sessions; return how many factors there were."""
    with transaction.atomic():
        count = factors_of(user).count()
        Authenticator.objects.filter(user=user, type=RECOVERY).delete()
        factors_of(user).delete()
        end_all(user)
    return count


def log_new(sender, instance: Authenticator, created: bool, raw=False, **kwargs) -> None:
    """Log and tell what was added, in the transaction that adds it."""
    if raw or not created:
        return
    if instance.type == RECOVERY:
        sign_in_log.record(SignInKind.CODES_MADE, account=instance.user_id, request=context.request)
        return
    _log(SignInKind.FACTOR_ADDED, instance)
    tell(instance.user, "factor_added")


def log_removed(sender, instance: Authenticator, origin=None, **kwargs) -> None:
    """Log and tell what was removed; nothing of what goes with its account."""
    if getattr(origin, "model", type(origin)) is not Authenticator:
        return
    if instance.type != RECOVERY:
        _log(SignInKind.FACTOR_REMOVED, instance)
        tell(instance.user, "factor_removed")
    elif factors_of(instance.user_id).exists():
        tell(instance.user, "codes_made")  # others take their place


def _log(kind: SignInKind, factor: Authenticator) -> None:
    request = context.request
    actor = request.user if request else None
    by = actor if actor and actor.is_authenticated and actor.pk != factor.user_id else None
    sign_in_log.record(kind, account=factor.user_id, by=by, request=request, method=METHODS[factor.type])
