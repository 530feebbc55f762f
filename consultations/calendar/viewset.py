"""The place of appointments and calendars in the admin."""

from functools import partial

from consultations.calendar.access import may_see_appointments
from consultations.calendar.agenda_views import AgendaView
from consultations.calendar.calendar_views import AddCalendarView, CalendarsView, CalendarView
from consultations.view_permissions import DeskViewSet, GuardedMenuItem


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
