"""Access to the register of known parties. Denied access is audited."""

from consultations.models import Party, Screen
from consultations.permissions import is_intake
from consultations.view_permissions import Guarded

_NAME = "consultations.{}_party"


def may_see_parties(user) -> bool:
    """Return whether the account is intake staff and may read the register. The permission alone is not enough."""
    return is_intake(user) and user.has_perm(_NAME.format("view"))


def may_do_with_parties(user, verb: str) -> bool:
    """Return whether the account may read the register and ``add``, ``change`` or ``delete`` (``verb``) in it."""
    return may_see_parties(user) and user.has_perm(_NAME.format(verb))


def parties_for(user):
    """Return the known parties that an account may see, without those of requests behind its ethical walls."""
    if not may_see_parties(user):
        return Party.objects.none()
    return Party.objects.known().exclude(request__in=Screen.objects.filter(user=user).values("request"))


class ForRegister(Guarded):
    """Admits accounts that may do ``verb`` in the register."""

    verb = "view"

    def may_enter(self, user) -> bool:
        return may_do_with_parties(user, self.verb)
