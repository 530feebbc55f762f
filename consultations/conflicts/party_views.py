"""The register in the admin: view, add, change and delete a known party. Every view and change is audited."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView
from wagtail.admin import messages

from consultations.action_forms import REFUSED
from consultations.audit import record
from consultations.conflicts.access import may_do_with_parties, may_see_parties, parties_for
from consultations.conflicts.checks import forget_party
from consultations.conflicts.known_parties import PartiesView, PartySearchView, RegisterScreen, rows_of
from consultations.conflicts.party_forms import PartyForm
from consultations.conflicts.register import save_party
from consultations.models import AuditAction, Party, PartySource
from consultations.view_permissions import DeskViewSet, GuardedMenuItem


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PartyScreen(RegisterScreen, TemplateView):
    template_name = "consultations/admin/party.html"
    page_title = "Known party"
    http_method_names = ["get", "head", "post", "options"]

    def find(self, *, is_locked: bool = False) -> Party:
        parties = parties_for(self.request.user)
        pk = self.kwargs["pk"]
        found = (parties.select_for_update(of=("self",)) if is_locked else parties).filter(pk=pk).first()
        if found is None:
            record.record(AuditAction.REFUSED, by=self.request.user, doing=self.doing, why="out_of_reach")
            raise Http404("No such party")
        return found

    def show(self, *, status: int = 200, **values):
        return self.render_to_response(self.get_context_data(**values), status=status)

    def leave(self, words: str) -> HttpResponseRedirect:
        """Redirect to the list with a message, which must not contain a name."""
        messages.success(self.request, words)
        return HttpResponseRedirect(reverse("parties:index"))

    def audit(self, action: AuditAction, doing: str, party: Party) -> None:
        record.record(action, by=self.request.user, doing=doing, party=party.pk)


class PartyView(PartyScreen):
    """One party; editable for accounts that may change it."""

    doing = "party"

    def get(self, request, pk: int):
        return self.draw(self.find())

    def draw(self, party: Party, form: PartyForm | None = None):
        user = self.request.user
        self.audit(AuditAction.VIEWED, "party", party)
        if form is None and may_do_with_parties(user, "change"):
            form = PartyForm(user=user, party=party)
        may_delete = may_do_with_parties(user, "delete")
        [row] = rows_of([party], user)
        status = REFUSED if form is not None and form.is_bound else 200
        return self.show(**row, form=form, may_delete=may_delete, button="Save", status=status)

    def post(self, request, pk: int):
        if not may_do_with_parties(request.user, "change"):
            record.record(AuditAction.REFUSED, by=request.user, doing="party_change", why="not_permitted")
            raise PermissionDenied
        with transaction.atomic():
            party = self.find(is_locked=True)
            form = PartyForm(request.POST, user=request.user, party=party)
            if form.is_valid():
                form.fill(party).changed_at = timezone.now()
                save_party(party)
                self.audit(AuditAction.CHANGED, "party_change", party)
                return self.leave("Saved. Open requests are checked against it within minutes.")
        return self.draw(party, form)


class AddPartyView(PartyScreen):
    doing = "party_add"
    verb = "add"
    page_title = "Add a party"

    def get(self, request):
        return self.show(form=PartyForm(user=request.user), button="Add the party")

    def post(self, request):
        form = PartyForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.show(form=form, button="Add the party", status=REFUSED)
        with transaction.atomic():
            party = form.fill(Party(source=PartySource.BY_HAND))
            save_party(party)
            self.audit(AuditAction.CHANGED, "party_add", party)
        return self.leave("Added. Open requests are checked against it within minutes.")


class DeletePartyView(PartyScreen):
    """Deletes a party after a confirmation; requests that it matched are checked again."""

    doing = "party_delete"
    verb = "delete"
    template_name = "consultations/admin/party_delete.html"
    page_title = "Delete a party"

    def get(self, request, pk: int):
        return self.show(party=self.find())

    def post(self, request, pk: int):
        with transaction.atomic():
            party = self.find(is_locked=True)
            self.audit(AuditAction.CHANGED, "party_delete", party)
            forget_party(party)
            party.delete()
        return self.leave("Deleted. Requests that it matched are checked again within minutes.")


class PartiesViewSet(DeskViewSet):
    name = "parties"
    icon = "group"
    menu_label = "Known parties"
    menu_order = 91
    menu_item_class = partial(GuardedMenuItem, may_enter=may_see_parties)
    views = (
        ("", "index", PartiesView),
        ("search/", "search", PartySearchView),
        ("add/", "add", AddPartyView),
        ("<int:pk>/", "party", PartyView),
        ("<int:pk>/delete/", "delete", DeletePartyView),
    )
