"""Where the register is in the admin, and who sees the way there."""

from django.urls import path
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from consultations.conflicts.access import may_see_parties
from consultations.conflicts.known_parties import PartiesView, PartySearchView
from consultations.conflicts.party_views import AddPartyView, DeletePartyView, PartyView


class PartiesMenuItem(MenuItem):
    """The entry of the menu."""

    def is_shown(self, request) -> bool:
        """Only for those who may read the register."""
        return may_see_parties(request.user)


class PartiesViewSet(ViewSet):
    """List, search and forms. A plain `ViewSet`: the one for models brings history, usage, copy and export along."""

    name = "parties"
    icon = "group"
    add_to_admin_menu = True
    menu_label = "Known parties"
    menu_order = 91
    menu_item_class = PartiesMenuItem

    def get_urlpatterns(self) -> list:
        """Return the addresses below ``/admin/parties/``."""
        return [
            path("", self.construct_view(PartiesView), name="index"),
            path("search/", self.construct_view(PartySearchView), name="search"),
            path("add/", self.construct_view(AddPartyView), name="add"),
            path("<int:pk>/", self.construct_view(PartyView), name="party"),
            path("<int:pk>/delete/", self.construct_view(DeletePartyView), name="delete"),
        ]
