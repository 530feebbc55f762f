"""The place of appointments and calendars in the admin."""

from functools import partial

from django.urls import path
from wagtail.admin.viewsets.base import ViewSet

from consultations.calendar.access import may_see_appointments
from consultations.calendar.agenda_views import AgendaView
from consultations.calendar.calendar_views import AddCalendarView, CalendarsView, CalendarView
from consultations.view_permissions import GuardedMenuItem


class AppointmentsViewSet(ViewSet):
    name = "appointments"
    icon = "calendar"
    add_to_admin_menu = True
    menu_label = "Appointments"
    menu_order = 90
    menu_item_class = partial(GuardedMenuItem, may_enter=may_see_appointments)

    def get_urlpatterns(self) -> list:
        return [
            path("", self.construct_view(AgendaView), name="index"),
            path("calendars/", self.construct_view(CalendarsView), name="calendars"),
            path("calendars/add/", self.construct_view(AddCalendarView), name="add"),
            path("calendars/<int:pk>/", self.construct_view(CalendarView), name="calendar"),
        ]
