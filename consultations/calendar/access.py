"""Who may look at appointments, and who may change which calendar."""

from consultations.models import AttorneyCalendar
from consultations.permissions import ADMIN, MANAGE, has_any, is_intake
from consultations.view_permissions import Guarded


def manages_calendars(user) -> bool:
    """True for those who manage the intake: they see to all calendars."""
    return is_intake(user) and user.has_perm(MANAGE)


def calendars_of(user):
    """Return the calendars that an account may change: managers all of them, an attorney the own one."""
    if manages_calendars(user):
        return AttorneyCalendar.objects.all()
    if not user.is_active or not user.has_perm(ADMIN):
        return AttorneyCalendar.objects.none()
    return AttorneyCalendar.objects.filter(user=user)


def may_look(user) -> bool:
    """True for those who have to do with appointments: who sees requests, and who has a calendar."""
    return has_any(user) or calendars_of(user).exists()


class ForDiaryReaders(Guarded):
    """For those who may look at appointments."""

    doing = "appointments"

    def may_enter(self, user) -> bool:
        """True when there is anything to see."""
        return may_look(user)


class ForCalendarKeepers(Guarded):
    """For those who may change a calendar, be it the own one alone."""

    doing = "calendar"

    def may_enter(self, user) -> bool:
        """True when there is a calendar to change, or to be made."""
        return manages_calendars(user) or calendars_of(user).exists()
