"""The register's place in the admin."""

from django.urls import path
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from consultations.conflicts.access import may_see_parties
from consultations.conflicts.known_parties import PartiesView, PartySearchView
from consultations.conflicts.party_views import AddPartyView, DeletePartyView, PartyView


class PartiesMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        return may_see_parties(request.user)


class PartiesViewSet(ViewSet):
    """A plain `ViewSet`: `ModelViewSet` would add history, usage, copy and export."""

    name = "parties"
    icon = "group"
    add_to_admin_menu = True
    menu_label = "Known parties"
    menu_order = 91
    menu_item_class = PartiesMenuItem

    def get_urlpatterns(self) -> list:
        return [
            path("", self.construct_view(PartiesView), name="index"),
            path("search/", self.construct_view(PartySearchView), name="search"),
            path("add/", self.construct_view(AddPartyView), name="add"),
            path("<int:pk>/", self.construct_view(PartyView), name="party"),
            path("<int:pk>/delete/", self.construct_view(DeletePartyView), name="delete"),
        ]
