"""The place of the requests in the admin."""

from functools import partial

from django.urls import path
from wagtail.admin.viewsets.base import ViewSet

from consultations.audit.views import TrailView
from consultations.case.action_views import ACTIONS, ActionView, AnswerView
from consultations.case.views import OwnDataView, PrintView, RequestView
from consultations.mail.undelivered_views import RequeueAllView, RequeueView, UndeliveredView
from consultations.permissions import has_any
from consultations.queue.bulk_actions import BulkView
from consultations.queue.views import QueueView, SearchView
from consultations.reports.views import ReportsView
from consultations.retention.views import RetentionView
from consultations.view_permissions import GuardedMenuItem

VIEWS = (
    ("", "index", QueueView),
    ("search/", "search", SearchView),
    ("bulk/", "bulk", BulkView),
    ("figures/", "figures", ReportsView),
    ("messages/", "messages", UndeliveredView),
    ("messages/again/", "requeue_all", RequeueAllView),
    ("messages/<int:pk>/again/", "requeue", RequeueView),
    ("trail/", "trail", TrailView),
    ("retention/", "retention", RetentionView),
    ("<int:pk>/", "request", RequestView),
    ("<int:pk>/print/", "print", PrintView),
    ("<int:pk>/own-data/", "own_data", OwnDataView),
    ("<int:pk>/answer/", "answer", AnswerView),
)


class ConsultationsViewSet(ViewSet):
    """A plain `ViewSet`: `ModelViewSet` would add history, usage, copy and export."""

    name = "consultations"
    icon = "mail"
    add_to_admin_menu = True
    menu_label = "Consultations"
    menu_order = 90
    menu_item_class = partial(GuardedMenuItem, may_enter=has_any)

    def get_urlpatterns(self) -> list:
        """Return the addresses below ``/admin/consultations/``."""
        views = [path(address, self.construct_view(view), name=name) for address, name, view in VIEWS]
        actions = [
            path(f"<int:pk>/{address}/", self.construct_view(ActionView, form_class=form), name=form.name)
            for address, form in ACTIONS.items()
        ]
        return [*views, *actions]
