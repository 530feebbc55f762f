"""The buttons of the request screen that make an appointment or move it, or confirm the time that was chosen."""

from consultations.calendar.booking_forms import RescheduleForm, ScheduleForm
from consultations.calendar.self_booking_forms import ConfirmTimeForm, LetGoTimeForm
from consultations.case.action_views import DeskView


class ScheduleView(DeskView):
    """Makes an appointment."""

    form_class = ScheduleForm


class RescheduleView(DeskView):
    """Changes an appointment."""

    form_class = RescheduleForm


class ConfirmTimeView(DeskView):
    """Confirms the time that the person chose."""

    form_class = ConfirmTimeForm


class LetGoTimeView(DeskView):
    """Frees the time that the person chose."""

    form_class = LetGoTimeForm
