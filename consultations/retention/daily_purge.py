"""The daily purge of requests past their date, if the intake managers have enabled it."""

import logging

from consultations.models import RetentionSettings
from consultations.retention.erasing import Purged, purge

logger = logging.getLogger(__name__)


def purge_daily() -> Purged | None:
    """Erase what is past its date; return None if that is not enabled."""
    if not RetentionSettings.current().is_automatic:
        return None
    purged = purge()
    if purged.erased or purged.failed:
        logger.info("Past their date: %s erased, %s failed", len(purged.erased), len(purged.failed))
    return purged
