"""Verifies the trail every night, and tells the owners when it is broken."""

import logging
from contextlib import suppress

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.utils import timezone

from consultations.trail_chain import Broken, Report, chain_new, verify
from firm.models import Measurement

logger = logging.getLogger(__name__)
#: The name of the measurement: 1 when the whole trail holds, 0 when not.
MEASUREMENT = "trail"
TEXT = """\
The record of who did what with consultation requests is not as the site has left it:

    {problem}

Somebody has changed the database past the site. Change nothing, make a backup now, and have the person who runs the \
server read "The trail" in docs/operations.md.

{url}/admin/system/
"""


def verify_nightly() -> Report:
    """Chain what came late, verify everything, and note what was found: for the page System, in the log, by mail."""
    with suppress(Broken):  # the verification says so
        chain_new(whole=True)
    report = verify()
    Measurement.objects.note(MEASUREMENT, float(not report.problem), timezone.now())
    if report.problem:
        logger.error("The trail is broken: %s", report.problem)
        tell_owners(report)
    else:
        logger.info("The trail holds: %s lines, fingerprint %s", report.lines, report.fingerprint)
    return report


def tell_owners(report: Report) -> None:
    """Mail every owner who has an address."""
    owners = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="")
    addresses = sorted(set(owners.values_list("email", flat=True)))
    for address in addresses:
        text = TEXT.format(problem=report.problem, url=settings.SITE_URL)
        send_mail("The record of who did what was changed", text, None, [address])


def holds() -> float | None:
    """Return 1 when the trail held at the last verification, else 0; None before the first."""
    return Measurement.objects.filter(name=MEASUREMENT).values_list("value", flat=True).first()
