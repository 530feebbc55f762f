"""The buttons of the request screen that make an appointment or move it."""

from consultations.calendar.booking_forms import RescheduleForm, ScheduleForm
from consultations.desk_views import DeskView


class ScheduleView(DeskView):
    """Makes an appointment."""

    form_class = ScheduleForm


class RescheduleView(DeskView):
    """Changes an appointment."""

    form_class = RescheduleForm
