"""Downloads about attorneys."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from attorneys.models import AttorneyPage
from attorneys.vcard import vcard
from firm.pages.site_context import SiteContext


@require_safe
def contact_card(request, slug: str) -> HttpResponse:
    """The attorney's vCard; 404 for unknown, unpublished, private and former ones."""
    attorney = AttorneyPage.objects.visible().filter(slug=slug, is_former=False).select_related("office").first()
    if attorney is None:
        raise Http404("No such attorney")
    site_context = SiteContext.for_request(request)
    response = HttpResponse(vcard(attorney, site_context), content_type="text/vcard; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{attorney.slug}.vcf"'
    return response
