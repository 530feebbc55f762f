"""Health checks of backups and of staff's second factors."""

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model

from firm.backups.nightly import summary
from firm.monitoring.health import HealthCheck


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


CHECKS = [
    HealthCheck(
        name="backup_age",
        label="Age of the last backup",
        unit="seconds",
        part="Data protection",
        metric="backup_age",
        read=backup_age,
        explanation="Database and uploads in one encrypted file; the nightly one is also test-restored.",
    ),
    HealthCheck(
        name="backups",
        label="Problems with the backups",
        unit="count",
        part="Data protection",
        metric="backup_problems",
        read=backup_problems,
        limit=0,
        degrades=True,
        note=backup_note,
        explanation="Late, failed or not restorable.",
        remedy="Run manage.py backup by hand: it names the problem.",
    ),
    HealthCheck(
        name="second_factors",
        label="Accounts without a second factor",
        unit="count",
        part="Data protection",
        metric="accounts_without_second_factor",
        read=accounts_without_second_factor,
        explanation="A stolen password opens these accounts. A required factor is set up at the next login.",
    ),
]
