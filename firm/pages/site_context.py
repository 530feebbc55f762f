"""What every public page shows besides its content: settings, offices, menus. Cached until public content changes."""

from collections.abc import Callable
from functools import cached_property

from django.conf import settings as django_settings
from django.utils.functional import SimpleLazyObject
from wagtail.models import Site

from firm.media import absolute_address
from firm.models.settings import FirmSettings
from firm.page_cache.state import recall
from firm.pages.prefetch import resolve
from firm.pages.renditions import ROLES
from firm.pages.seo import opening_hours, postal_address, without_empty


class SiteContext:
    """The site context of one request. Its values are shared between requests: do not modify them."""

    def __init__(self, request) -> None:
        self.request = request

    @classmethod
    def for_request(cls, request) -> "SiteContext":
        """Return the request's site context, created on the first call."""
        site_context = getattr(request, "_site_context", None)
        if site_context is None:
            site_context = request._site_context = cls(request)
        return site_context

    def recall(self, key, make: Callable):
        """Return the result of ``make``, cached for this site until public content changes."""
        site = self.site.pk if self.site else None
        return recall(self.request, (key, site, self.root_url), make)

    @cached_property
    def site(self) -> Site | None:
        """The site of the request; the default one for an unknown host."""
        return Site.find_for_request(self.request)

    @cached_property
    def settings(self) -> FirmSettings:
        """The firm's settings for this site; unsaved defaults where there are none yet."""
        return self.recall("settings", self._settings)

    def _settings(self) -> FirmSettings:
        found = FirmSettings.for_site_or_defaults(self.site)
        resolve([found.header_nav, found.footer_nav, found.legal_nav], request=self.request)
        return found

    @cached_property
    def offices(self) -> list:
        """The firm's offices in the editors' order."""
        return self.recall("offices", self._offices)

    def _offices(self) -> list:
        return list(self.settings.offices.select_related("map_image")) if self.settings.pk else []

    @property
    def marked_links(self) -> list:
        """The menu links that mark the current page."""
        return [*self.settings.header_nav, *self.settings.legal_nav]

    @property
    def root_url(self) -> str:
        """Scheme and host of the site as configured, without a trailing slash; never those of the request."""
        return django_settings.SITE_URL

    @cached_property
    def consultation_url(self) -> str:
        """The URL of the consultation form; empty until one is chosen in the settings."""
        return self.recall("consultation", self._consultation_url)

    def _consultation_url(self) -> str:
        page = self.settings.consultation_page
        return (page.get_url(self.request) or "") if page and page.live else ""

    def share_image_url(self, image) -> str:
        """The absolute URL of ``image`` for sharing, else of the settings' image; empty when neither is ready."""
        for candidate in (image, self.settings.default_social_image):
            made = candidate.ready(ROLES["social"]).get("jpeg") if candidate else None
            if made:
                return absolute_address(self.root_url, candidate.file.storage, made[-1].path)
        return ""

    @property
    def organization_id(self) -> str:
        """The ``@id`` of the firm in structured data."""
        return f"{self.root_url}/#firm"

    def organization(self) -> dict:
        """The firm as a ``LegalService`` node, with its offices."""
        return self.recall("organization", self._organization)

    def _organization(self) -> dict:
        settings = self.settings
        return without_empty(
            {
                "@type": "LegalService",
                "@id": self.organization_id,
                "name": settings.firm_name,
                "description": settings.description,
                "url": f"{self.root_url}/",
                "telephone": str(settings.phone.as_e164) if settings.phone else "",
                "email": settings.email,
                "image": self.share_image_url(None),
                "sameAs": [profile.value["url"] for profile in settings.social_links],
                "address": [postal_address(office) for office in self.offices],
                "openingHoursSpecification": [
                    node for office in self.offices for node in opening_hours([line.value for line in office.hours])
                ],
            }
        )

    def website(self) -> dict:
        """The site as a ``WebSite`` node, with its search."""
        return {
            "@type": "WebSite",
            "@id": f"{self.root_url}/#website",
            "url": f"{self.root_url}/",
            "name": self.settings.firm_name,
            "publisher": {"@id": self.organization_id},
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": f"{self.root_url}/search/?q={{q}}"},
                "query-input": "required name=q",
            },
        }


def site_context(request) -> dict:
    """Context processor: the site context, which loads nothing until a template uses it."""
    return {"site_context": SimpleLazyObject(lambda: SiteContext.for_request(request))}
