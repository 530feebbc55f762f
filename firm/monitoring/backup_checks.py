"""The vitals of what keeps the firm's data safe: backups, and second factors of staff."""

from django.contrib.auth import get_user_model

from firm.backups.status import summary
from firm.models import SecondFactor
from firm.monitoring.health import Vital


def backup_age() -> float | None:
    """Return how old the last backup is, in seconds; None before the first."""
    age = summary().age
    return age.total_seconds() if age is not None else None


def backup_problems() -> float:
    """Return how much is wrong with the backups."""
    return float(len(summary().problems))


def backup_note() -> str:
    """Return what is wrong with the backups, or that none are made at night."""
    found = summary()
    if found.problems:
        return " ".join(found.problems)
    return "" if found.is_on else "No backup is made at night: BACKUP_DEST is not set."


def accounts_without_second_factor() -> float:
    """Return how many active accounts can be entered with a password alone."""
    protected = SecondFactor.objects.filter(confirmed_at__isnull=False).values("user_id")
    return float(get_user_model().objects.filter(is_active=True).exclude(pk__in=protected).count())


SIGNS = [
    Vital(
        name="backup_age",
        label="The last backup was made before",
        unit="seconds",
        part="Safekeeping",
        metric="backup_age",
        read=backup_age,
        explanation="Database and uploads in one encrypted file; the nightly one is also restored on trial.",
        remedy="",
    ),
    Vital(
        name="backups",
        label="What is wrong with the backups",
        unit="count",
        part="Safekeeping",
        metric="backup_problems",
        read=backup_problems,
        limit=0,
        degrades=True,
        note=backup_note,
        explanation="Late, failed or not restorable.",
        remedy="Run manage.py backup by hand: it says what stands in its way.",
    ),
    Vital(
        name="second_factors",
        label="Accounts with a password alone",
        unit="count",
        part="Safekeeping",
        metric="accounts_without_second_factor",
        read=accounts_without_second_factor,
        explanation="Whoever learns such a password is in. Where one is required, it is set up at the next login.",
        remedy="",
    ),
]
