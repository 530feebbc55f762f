"""Access to appointments and calendars."""

from consultations.models import AttorneyCalendar
from consultations.permissions import ADMIN, MANAGE, has_any, is_intake
from consultations.view_permissions import Guarded


def manages_calendars(user) -> bool:
    """Return whether the account may change every calendar."""
    return is_intake(user) and user.has_perm(MANAGE)


def calendars_of(user):
    """Return the calendars that an account may change: managers all of them, an attorney the own one."""
    if manages_calendars(user):
        return AttorneyCalendar.objects.all()
    if not user.is_active or not user.has_perm(ADMIN):
        return AttorneyCalendar.objects.none()
    return AttorneyCalendar.objects.filter(user=user)


def may_see_appointments(user) -> bool:
    """Return whether the account may see appointments: accounts that see requests, and those with a calendar."""
    return has_any(user) or calendars_of(user).exists()


class ForAppointmentReaders(Guarded):
    doing = "appointments"

    def may_enter(self, user) -> bool:
        return may_see_appointments(user)


class ForCalendarEditors(Guarded):
    doing = "calendar"

    def may_enter(self, user) -> bool:
        return manages_calendars(user) or calendars_of(user).exists()
