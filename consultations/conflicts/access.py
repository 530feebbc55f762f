"""Who reaches the register. Whoever is turned away leaves a line in the trail."""

from consultations.models import Party, Screen
from consultations.permissions import is_intake
from consultations.view_permissions import Guarded

_NAME = "consultations.{}_party"


def may_see_parties(user) -> bool:
    """True for those of the intake staff who may read the register. One permission by itself opens nothing."""
    return is_intake(user) and user.has_perm(_NAME.format("view"))


def may_do_with_parties(user, verb: str) -> bool:
    """True when the account may ``add``, ``change`` or ``delete`` in the register, which it may read."""
    return may_see_parties(user) and user.has_perm(_NAME.format(verb))


def parties_for(user):
    """Return the parties that an account may know of: none out of a request that it is screened off from."""
    if not may_see_parties(user):
        return Party.objects.none()
    return Party.objects.known().exclude(request__in=Screen.objects.filter(user=user).values("request"))


class ForRegister(Guarded):
    """For those who may read the register; with a ``verb``, for those who may do that in it."""

    verb = "view"

    def may_enter(self, user) -> bool:
        """True for those who may use this screen."""
        return may_do_with_parties(user, self.verb)
