"""What visitors can download about an attorney."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from attorneys.models import AttorneyPage
from attorneys.vcard import vcard
from firm.pages.site_context import Chrome


@require_safe
def contact_card(request, slug: str) -> HttpResponse:
    """Answer with the attorney's vCard; 404 for those unknown, unpublished, private or no longer here."""
    attorney = AttorneyPage.objects.current().select_related("office").filter(slug=slug).first()
    if attorney is None:
        raise Http404("No such attorney")
    chrome = Chrome.for_request(request)
    response = HttpResponse(vcard(attorney, chrome), content_type="text/vcard; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{attorney.slug}.vcf"'
    return response
