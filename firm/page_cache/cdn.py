"""Purges the pages that a content delivery network caches when something public has changed.

The worker looks every few seconds whether `firm.page_cache.state` names another state, however it came about,
and has all pages purged through Wagtail's backends: any page may show what has changed. A page that was being fetched
at that moment may still arrive with the state before, so they are purged once more when no such answer can be on its
way.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests
from django.conf import settings
from wagtail.contrib.frontend_cache.backends import CloudflareBackend
from wagtail.contrib.frontend_cache.utils import get_backends

from firm.page_cache.middleware import CDN_TAG
from firm.page_cache.state import read_state

logger = logging.getLogger(__name__)

#: How often the worker looks for a change, in seconds.
EVERY = 2
#: When pages are purged the second time, in seconds after the first: nobody waits longer for an answer.
SECOND = 30
#: The pause before an order that was not taken is given again, in seconds.
PAUSE = 10
TIMEOUT = (5, 20)


class CloudflareByTag(CloudflareBackend):
    """Purges everything that has our tag with one order, where Wagtail's class names every address."""

    def purge_batch(self, urls) -> None:
        """Purge all pages, whichever are named. Raises `requests.RequestException` when the order is not taken."""
        response = requests.post(
            self.cloudflare_purge_endpoint_url,
            json={"tags": [CDN_TAG]},
            headers={"Authorization": f"Bearer {self.cloudflare_token}"},
            timeout=TIMEOUT,
        )
        response.raise_for_status()


def purge() -> None:
    """Have the networks purge all pages; CloudFront takes the star."""
    for backend in get_backends().values():
        backend.purge_batch([f"{settings.SITE_URL}/*"])


@dataclass
class Purger:
    """Purges once for each state and once more after it. What raises is tried again after `PAUSE`."""

    purge: Callable[[], None] = purge
    read: Callable[[], str | None] = read_state
    clock: Callable[[], float] = time.monotonic
    purged: str | None = None
    again_at: float = float("inf")
    not_before: float = float("-inf")

    def check(self) -> bool:
        """Purge if it is due; return whether it was. Many changes between two checks are one order."""
        now, state = self.clock(), self.read()
        if now < self.not_before or (state == self.purged and now < self.again_at):
            return False
        self.not_before = now + PAUSE
        self.purge()
        self.not_before, self.again_at = now, now + SECOND if state != self.purged else float("inf")
        self.purged = state
        logger.info("The CDN was told to purge all pages")
        return True


purger = Purger()
