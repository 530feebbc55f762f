"""Where the requests are in the admin, and who sees the way there."""

from django.urls import path
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from consultations.detail import AssignView, MoveView, RequestView
from consultations.listing import QueueView
from consultations.mailroom import MailroomView, RequeueAllView, RequeueView
from consultations.permissions import VIEW


class ConsultationsMenuItem(MenuItem):
    """The entry of the menu."""

    def is_shown(self, request) -> bool:
        """Only for those who may see requests."""
        return request.user.has_perm(VIEW)


class ConsultationsViewSet(ViewSet):
    """List, detail and buttons. A plain `ViewSet`: the one for models brings history, usage, copy and export along."""

    name = "consultations"
    icon = "mail"
    add_to_admin_menu = True
    menu_label = "Consultations"
    menu_order = 90
    menu_item_class = ConsultationsMenuItem

    def get_urlpatterns(self) -> list:
        """Return the addresses below ``/admin/consultations/``."""
        return [
            path("", self.construct_view(QueueView), name="index"),
            path("results/", self.construct_view(QueueView, results_only=True), name="index_results"),
            path("messages/", self.construct_view(MailroomView), name="messages"),
            path("messages/again/", self.construct_view(RequeueAllView), name="requeue_all"),
            path("messages/<int:pk>/again/", self.construct_view(RequeueView), name="requeue"),
            path("<int:pk>/", self.construct_view(RequestView), name="request"),
            path("<int:pk>/move/", self.construct_view(MoveView), name="move"),
            path("<int:pk>/assign/", self.construct_view(AssignView), name="assign"),
        ]
