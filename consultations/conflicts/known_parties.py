"""The register of known parties in the admin: list, search, and the check of a name by hand."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView, View

from consultations.audit import record
from consultations.conflicts import search
from consultations.conflicts.access import ForRegister, may_do_with_parties, parties_for
from consultations.conflicts.names_in_request import names_in
from consultations.conflicts.panel import OUT_OF_SIGHT, erased_words, hit_line
from consultations.models import AuditAction, Party, PartyRole
from consultations.permissions import visible_to
from consultations.queue.filters import hide_words, show_words
from consultations.text_cleaning import lines, one_line
from consultations.view_permissions import AdminScreen

PER_PAGE = 50
MAX_WORDS = 100
#: The most names, and characters, that are checked at once.
MAX_CHECKED = 1000


class RegisterScreen(ForRegister, AdminScreen):
    doing = "parties"
    page_title = "Known parties"
    header_icon = "group"
    above = (("parties:index", "Known parties"),)


class PartiesView(RegisterScreen, TemplateView):
    """The known parties, newest first, and the form that checks names."""

    template_name = "consultations/admin/parties.html"

    def get_context_data(self, **kwargs) -> dict:
        user, given = self.request.user, self.request.GET
        words, checked = show_words(given.get("find", ""), user), show_words(given.get("check", ""), user)
        role = given.get("role", "") if given.get("role") in PartyRole.values else ""
        page = Paginator(self.found(words, role), PER_PAGE).get_page(given.get("p"))
        hits = hits_for(user, checked) if checked else []
        if checked:
            record.record(AuditAction.SEARCHED, by=user, doing="check_name", found=len(hits))
        action = AuditAction.SEARCHED if words else AuditAction.LISTED
        record.record(action, by=user, doing="parties", found=page.paginator.count, role=role or None)
        return super().get_context_data(
            page=page,
            rows=rows_of(page, user),
            words=words,
            role=role,
            roles=PartyRole.choices,
            checked=checked,
            hits=hits,
            unknown=unknown_among(checked, hits),
            address=urlencode({name: given[name] for name in ("find", "role") if given.get(name)}),
            may_add=may_do_with_parties(user, "add"),
            **kwargs,
        )

    def found(self, words: str, role: str):
        parties = parties_for(self.request.user)
        if words:
            parties = parties.filter(pk__in={hit.party_id for hit in search.find([words])})
        return (parties.filter(role=role) if role else parties).order_by("-added_at", "-pk")


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PartySearchView(ForRegister, View):
    """Takes search words by POST, so that no URL, history or log contains a name."""

    doing = "parties"
    http_method_names = ["post", "options"]

    def post(self, request) -> HttpResponseRedirect:
        given, posted = {}, request.POST
        if words := one_line(posted.get("q", "")[: MAX_WORDS * 4])[:MAX_WORDS]:
            given["find"] = hide_words(words, request.user)
        if names := lines(posted.get("names", "")[: MAX_CHECKED * 4])[:MAX_CHECKED]:
            given["check"] = hide_words(names, request.user)
        if posted.get("role") in PartyRole.values:
            given["role"] = posted["role"]
        address = reverse("parties:index")
        return HttpResponseRedirect(f"{address}?{urlencode(given)}" if given else address)


def rows_of(parties, user) -> list[dict]:
    parties = list(parties)
    numbers = {party.request_id for party in parties if party.request_id}
    sources = visible_to(user).only("reference").in_bulk(numbers) if numbers else {}
    return [{"party": party, "source": sources.get(party.request_id)} for party in parties]


def hits_for(user, text: str) -> list[dict]:
    """Return the matches of the names in ``text``, one name a line.

    A match in a request that the account may not see is reported without details: an empty result would clear the name.
    """
    hits = search.find(names_in(text))
    known = parties_for(user).in_bulk({hit.party_id for hit in hits})
    return [_hit_line(hit, known.get(hit.party_id)) for hit in sorted(hits, key=lambda hit: (-hit.score, hit.party_id))]


def unknown_among(text: str, hits: list[dict]) -> list[str]:
    found = {hit["asked"].casefold() for hit in hits}
    return [name for name in names_in(text) if name.casefold() not in found]


def _hit_line(hit: search.Hit, party: Party | None) -> dict:
    hidden = erased_words(hit.role) if not hit.found else "" if party else OUT_OF_SIGHT
    return hit_line(hit, party, hidden, party_url="" if hidden else reverse("parties:party", args=[party.pk]))
