"""Second factors of an account: what it has, setting them up, asking for them, taking them away."""

import base64
import hmac
import os
import time

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from firm.accounts import sign_in_log, totp
from firm.accounts.emails import tell
from firm.models import FactorKind, RecoveryCode, SecondFactor, SignInKind, StaffSession

#: How many recovery codes are made at once, of 80 bits each.
CODES, CODE_BYTES = 10, 10


def factors_of(user):
    """Return the factors that are in force, oldest first."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).order_by("pk")


def has_factor(user) -> bool:
    """True when the account has a second factor in force."""
    return factors_of(user).exists()


# --- The authenticator app ------------------------------------------------------------------------


def app_in_setup(user) -> SecondFactor:
    """Return the app that is being set up, with a new key when there is none."""
    found = SecondFactor.objects.filter(user=user, kind=FactorKind.APP, confirmed_at=None).first()
    if found:
        return found
    return SecondFactor.objects.create(user=user, kind=FactorKind.APP, name="Authenticator app", secret=totp.new_key())


@sensitive_variables()
def confirm_app(user, code: str, *, request=None) -> bool:
    """Put the app that is being set up in force, in place of an earlier one; False when the code is not its code."""
    with transaction.atomic():
        waiting = SecondFactor.objects.select_for_update().filter(user=user, kind=FactorKind.APP, confirmed_at=None)
        factor = waiting.first()
        step = totp.matching_step(factor.secret, digits_of(code), time.time()) if factor else None
        if step is None:
            return False
        factors_of(user).filter(kind=FactorKind.APP).delete()
        factor.confirmed_at, factor.counter = timezone.now(), step
        factor.save()
        _added(factor, request)
    return True


@sensitive_variables()
def check_code(user, code: str) -> bool:
    """Take a code of the account's app; each is taken once, and none that is older than the last (RFC 6238, 5.2)."""
    factor = factors_of(user).filter(kind=FactorKind.APP).first()
    step = totp.matching_step(factor.secret, digits_of(code), time.time()) if factor else None
    if step is None:
        return False
    taken = SecondFactor.objects.filter(pk=factor.pk, counter__lt=step)
    return taken.update(counter=step, used_at=timezone.now()) == 1


def digits_of(text: str) -> str:
    """Return a code without the spaces that apps show within it."""
    return "".join(text.split())


# --- Recovery codes -------------------------------------------------------------------------------


@sensitive_variables()
def make_codes(user, *, request=None) -> list[str]:
    """Make recovery codes, return them as they are shown, once; tell by mail when earlier ones end."""
    codes = [base64.b32encode(os.urandom(CODE_BYTES)).decode() for _ in range(CODES)]
    with transaction.atomic():
        replaced = RecoveryCode.objects.filter(user=user).delete()[0]
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code=code) for code in codes)
        sign_in_log.record(SignInKind.CODES_MADE, account=user, request=request)
        if replaced:
            tell(user, "codes_made")
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


@sensitive_variables()
def use_code(user, text: str, *, request=None) -> bool:
    """Take a recovery code, once; the account is told by mail."""
    given = text.replace("-", "").replace(" ", "").upper().encode()
    codes = RecoveryCode.objects.filter(user=user)
    found = [row.pk for row in codes if hmac.compare_digest(row.code.encode(), given)]
    with transaction.atomic():
        if not found or not codes.filter(pk=found[0]).delete()[0]:
            return False
        sign_in_log.record(SignInKind.CODE_USED, account=user, request=request)
        tell(user, "code_used")
    return True


# --- Taking away ----------------------------------------------------------------------------------


def remove_factor(factor: SecondFactor, *, by, request=None) -> None:
    """Take one factor away. Recovery codes go with the last: alone they open nothing."""
    with transaction.atomic():
        user, kind = factor.user, factor.kind
        factor.delete()
        if not has_factor(user):
            RecoveryCode.objects.filter(user=user).delete()
        _removed(user, by=by, method=kind, request=request)


def remove_all(user, *, by=None, request=None) -> int:
    """Take all factors and recovery codes away, and end the account's sessions; return how many factors there were."""
    with transaction.atomic():
        count = factors_of(user).count()
        SecondFactor.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        StaffSession.objects.filter(user=user).delete()
        _removed(user, by=by, method="all", request=request)
    return count


def _added(factor: SecondFactor, request) -> None:
    sign_in_log.record(SignInKind.FACTOR_ADDED, account=factor.user_id, request=request, method=factor.kind)
    tell(factor.user, "factor_added")


def _removed(user, *, by, method: str, request) -> None:
    by = None if by is not None and by.pk == user.pk else by
    sign_in_log.record(SignInKind.FACTOR_REMOVED, account=user, by=by, request=request, method=method)
    tell(user, "factor_removed")


def keep_passkey(user, *, name: str, secret: str, credential: str, counter: int, request=None) -> SecondFactor:
    """Put a passkey in force. Raises `IntegrityError` for one that is known already."""
    with transaction.atomic():
        factor = SecondFactor.objects.create(
            user=user,
            kind=FactorKind.PASSKEY,
            name=name,
            secret=secret,
            credential=credential,
            counter=counter,
            confirmed_at=timezone.now(),
        )
        _added(factor, request)
    return factor
