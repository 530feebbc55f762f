"""A content delivery network keeps pages until the site says that something has changed.

The worker looks once a second whether `firm.page_cache.invalidation` names another state, however it came about, and
has all pages dropped at once. A page that was being fetched at that moment may still arrive with the state before, so
they are dropped once more when no such answer can be on its way.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from django.utils.module_loading import import_string

from firm.page_cache.invalidation import read_state

logger = logging.getLogger(__name__)

#: How long a network keeps a page that nobody has told it to drop, in seconds: the bound when it cannot be told.
LASTS = 300
#: What pages are marked with, to be dropped by.
TAG = "pages"
#: When pages are dropped the second time, in seconds after the first: nobody waits longer for an answer.
SECOND = 30
#: Pauses before trying again, in seconds; the last one is repeated.
PAUSES = (2, 5, 15, 60)
TIMEOUT = (5, 20)
CLOUDFLARE = "https://api.cloudflare.com/client/v4"


class PurgeError(Exception):
    """The network did not take the order."""


def headers() -> dict[str, str]:
    """Return what a public page tells the network, and it alone; browsers go on asking each time."""
    name = (settings.CDN or {}).get("name")
    if name == "cloudflare":
        return {"CDN-Cache-Control": f"public, max-age={LASTS}, stale-if-error=86400", "Cache-Tag": TAG}
    if name == "cloudfront":  # it knows no header of its own; "must-revalidate" keeps browsers asking
        return {"Cache-Control": f"public, max-age=0, s-maxage={LASTS}, must-revalidate"}
    return {}


def purge() -> None:
    """Have the network drop all pages. Raises `PurgeError`."""
    order = {"cloudflare": _purge_cloudflare, "cloudfront": _purge_cloudfront}[settings.CDN["name"]]
    order(settings.CDN)


def _purge_cloudflare(given: dict) -> None:
    """Drop by tag, so that static files and pictures stay."""
    try:
        response = requests.post(
            f"{CLOUDFLARE}/zones/{given['cloudflare_zone_id']}/purge_cache",
            json={"tags": [TAG]},
            headers={"Authorization": f"Bearer {given['cloudflare_api_token']}"},
            timeout=TIMEOUT,
        )
        if not response.json().get("success"):
            raise PurgeError(f"Cloudflare answered {response.status_code}")
    except (requests.RequestException, ValueError, AttributeError) as error:
        raise PurgeError(f"Cloudflare: {type(error).__name__}") from error


def _purge_cloudfront(given: dict) -> None:
    """Drop everything by one pattern, which is one order, whatever the number of pages."""
    client, is_ours = import_string("firm.cloudfront.client"), import_string("firm.cloudfront.FAILURES")
    try:
        client().create_invalidation(
            DistributionId=given["cloudfront_distribution_id"],
            InvalidationBatch={
                "Paths": {"Quantity": 1, "Items": ["/*"]},
                "CallerReference": f"{time.time_ns()}",
            },
        )
    except is_ours as error:
        raise PurgeError(f"CloudFront: {type(error).__name__}") from error


@dataclass
class Purger:
    """Tells the network of changes: once for each state, again until it is taken, and once more after that."""

    order: Callable[[], None] = purge
    read: Callable[[], str | None] = read_state
    clock: Callable[[], float] = time.monotonic
    told: str | None = None
    failures: int = 0
    not_before: float = 0.0
    again_at: float | None = None

    def look(self) -> bool:
        """Give an order if one is due; return whether it was given and taken. Many changes are one order."""
        try:
            now, state = self.clock(), self.read()
        except Error:  # while the database is away, nothing can change
            connection.close()
            return False
        is_second = state == self.told and self.again_at is not None and now >= self.again_at
        if now < self.not_before or (state == self.told and not is_second):
            return False
        if not self.failures and _is_in_other_hands(f"cdn:{state}:{is_second}"):
            self.told, self.again_at = state, None if is_second else now + 2 * SECOND
            return False
        try:
            self.order()
        except PurgeError as error:
            self._put_off(now, error)
            return False
        self.told, self.failures, self.again_at = state, 0, None if is_second else now + SECOND
        logger.info("The CDN was told to drop all pages%s", ", the second time" if is_second else "")
        return True

    def _put_off(self, now: float, error: PurgeError) -> None:
        pause = PAUSES[min(self.failures, len(PAUSES) - 1)]
        self.failures, self.not_before = self.failures + 1, now + pause
        logger.warning("The CDN could not be told of a change (%s); trying again in %s seconds", error, pause)


def _is_in_other_hands(key: str) -> bool:
    """True when another worker has claimed this order; a cache that is gone knows of none."""
    try:
        return not cache.add(key, 1, SECOND) and cache.get(key) is not None
    except Exception:
        return False


purger = Purger()
