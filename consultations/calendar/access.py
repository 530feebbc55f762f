"""Access to appointments and calendars."""

from consultations.models import AttorneyCalendar
from consultations.permissions import ADMIN, has_any, may_manage


def calendars_of(user):
    """Return the calendars that an account may change: managers all of them, an attorney their own."""
    if may_manage(user):
        return AttorneyCalendar.objects.all()
    if not user.is_active or not user.has_perm(ADMIN):
        return AttorneyCalendar.objects.none()
    return AttorneyCalendar.objects.filter(user=user)


def may_see_appointments(user) -> bool:
    return has_any(user) or calendars_of(user).exists()


def may_edit_calendars(user) -> bool:
    return may_manage(user) or calendars_of(user).exists()
