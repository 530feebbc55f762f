"""Verifies the audit trails every night, and tells the owners when one is broken."""

import logging
from contextlib import suppress

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.utils import timezone

from consultations.audit import chain as audit_chain
from firm.accounts import sign_in_chain
from firm.audit_chain.hash_chain import Broken
from firm.models import Measurement

logger = logging.getLogger(__name__)
#: The audit trails by subject.
TRAILS = {"requests": audit_chain.CHAIN, "signing in": sign_in_chain.CHAIN}
#: The name of the measurement: 1 if all trails passed, else 0.
MEASUREMENT = "trail"
TEXT = """\
The audit trail was changed outside the site:

    {problems}

Somebody has changed the database directly. Change nothing, make a backup now, and have the person who runs the \
server read "The trail" in docs/operations.md.

{url}/admin/system/
"""


def verify_nightly() -> list[str]:
    """Chain late entries, verify all trails, and report to the System page, log and mail. Return the problems."""
    problems = []
    for name, chain in TRAILS.items():
        with suppress(Broken):  # `verify` reports it
            chain.chain_new(whole=True)
        report = chain.verify()
        if report.problem:
            logger.error("The trail of %s is broken: %s", name, report.problem)
            problems.append(f"trail of {name}, {report.problem}")
        else:
            logger.info("The trail of %s is intact: %s lines, fingerprint %s", name, report.lines, report.fingerprint)
    Measurement.objects.note(MEASUREMENT, float(not problems), timezone.now())
    if problems:
        tell_owners(problems)
    return problems


def tell_owners(problems: list[str]) -> None:
    """Mail every owner who has an address."""
    owners = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="")
    addresses = sorted(set(owners.values_list("email", flat=True)))
    for address in addresses:
        text = TEXT.format(problems="\n    ".join(problems), url=settings.SITE_URL)
        send_mail("The audit trail was changed", text, None, [address])


def fingerprints() -> dict[str, str]:
    """Return the current fingerprint of each trail with a chain."""
    return {name: found for name, chain in TRAILS.items() if (found := chain.fingerprint())}


def holds() -> float | None:
    """Return 1 if all trails passed the last verification, else 0; None before the first."""
    return Measurement.objects.filter(name=MEASUREMENT).values_list("value", flat=True).first()
