"""The place of requests, appointments and calendars in the admin."""

from functools import partial

from django.urls import path

from consultations.audit.views import TrailView
from consultations.calendar.access import may_see_appointments
from consultations.calendar.agenda_views import AgendaView
from consultations.calendar.calendar_views import AddCalendarView, CalendarsView, CalendarView
from consultations.case.action_views import ACTIONS, ActionView, AnswerView
from consultations.case.views import OwnDataView, PrintView, RequestView
from consultations.mail.undelivered_views import RequeueAllView, RequeueView, UndeliveredView
from consultations.permissions import has_any
from consultations.queue.bulk_actions import BulkView
from consultations.queue.views import QueueView, SearchView
from consultations.reports.views import ReportsView
from consultations.retention.views import RetentionView
from consultations.view_permissions import DeskViewSet, GuardedMenuItem


class ConsultationsViewSet(DeskViewSet):
    name = "consultations"
    icon = "mail"
    menu_label = "Consultations"
    menu_order = 90
    menu_item_class = partial(GuardedMenuItem, may_enter=has_any)
    views = (
        ("", "index", QueueView),
        ("search/", "search", SearchView),
        ("bulk/", "bulk", BulkView),
        ("reports/", "reports", ReportsView),
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

    def get_urlpatterns(self) -> list:
        actions = [
            path(f"<int:pk>/{address}/", self.construct_view(ActionView, form_class=form), name=form.name)
            for address, form in ACTIONS.items()
        ]
        return [*super().get_urlpatterns(), *actions]


class AppointmentsViewSet(DeskViewSet):
    name = "appointments"
    icon = "calendar"
    menu_label = "Appointments"
    menu_order = 90
    menu_item_class = partial(GuardedMenuItem, may_enter=may_see_appointments)
    views = (
        ("", "index", AgendaView),
        ("calendars/", "calendars", CalendarsView),
        ("calendars/add/", "add", AddCalendarView),
        ("calendars/<int:pk>/", "calendar", CalendarView),
    )
