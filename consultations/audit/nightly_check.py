"""Verifies the audit trails every night, and tells the owners when one was changed."""

import logging

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.utils import timezone

from consultations.audit import chain
from firm.accounts import sign_in_chain
from firm.audit_chain.hash_chain import Report
from firm.models import Measurement

logger = logging.getLogger(__name__)
CHAINS = (chain.CHAIN, sign_in_chain.CHAIN)
#: The name of the measurement: 1 if all trails passed, else 0.
MEASUREMENT = "trail"
TEXT = """\
The audit trail was changed outside the site:

    {problems}

Somebody has changed the database directly. Change nothing, make a backup now, and have the person who runs the \
server read "The trail" in docs/operations.md.

{url}/admin/system/
"""


def verify_all(expected: dict[str, str]) -> dict[str, Report]:
    """Verify each trail, by name, against its recorded head and the fingerprint that is expected, if any."""
    has_run = last_result() is not None
    return {one.name: one.verify(expected.get(one.name, ""), needs_head=has_run) for one in CHAINS}


def verify_nightly() -> list[str]:
    """Verify all trails, record new heads, and report to the System page, log and mail. Return the problems."""
    problems = []
    reports = verify_all({})
    for one in CHAINS:
        report = reports[one.name]
        if report.problem:
            logger.error("The trail of %s was changed: %s", one.name, report.problem)
            problems.append(f"trail of {one.name}: {report.problem}")
        else:
            one.record(report.settled)
            found = report.settled.fingerprint
            logger.info("The trail of %s is intact: %s entries, fingerprint %s", one.name, report.entries, found)
    Measurement.objects.note(MEASUREMENT, float(not problems), timezone.now())
    if problems:
        tell_owners(problems)
    return problems


def tell_owners(problems: list[str]) -> None:
    owners = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="")
    text = TEXT.format(problems="\n    ".join(problems), url=settings.SITE_URL)
    for address in sorted(set(owners.values_list("email", flat=True))):
        send_mail("The audit trail was changed", text, None, [address])


def fingerprints() -> dict[str, str]:
    return {one.name: found for one in CHAINS if (found := one.fingerprint())}


def last_result() -> float | None:
    """Return 1 if all trails passed the last verification, else 0; None before the first."""
    return Measurement.objects.filter(name=MEASUREMENT).values_list("value", flat=True).first()
