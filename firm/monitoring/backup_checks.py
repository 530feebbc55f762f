"""Reads how backups and staff's second factors are doing, for health checks."""

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model

from firm.backups.nightly import summary


def backup_age() -> float | None:
    """Return the age of the last backup in seconds; None before the first."""
    age = summary().age
    return age.total_seconds() if age is not None else None


def backup_problems() -> float:
    return float(len(summary().problems))


def backup_note() -> str:
    found = summary()
    if found.problems:
        return " ".join(found.problems)
    return "" if found.is_on else "No backup is made at night: BACKUP_DEST is not set."


def accounts_without_second_factor() -> float:
    protected = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values("user_id")
    return float(get_user_model().objects.filter(is_active=True).exclude(pk__in=protected).count())
