"""Second factors of an account, django-allauth's `Authenticator`. What their changes lead to: `receivers`."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.db import transaction

from firm.accounts.sessions import FACTORS, end_all

RECOVERY = Authenticator.Type.RECOVERY_CODES


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
