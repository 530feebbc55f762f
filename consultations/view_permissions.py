"""Who gets through to the screens of the intake desk. Whoever is turned away leaves a line in the trail."""

from django.core.exceptions import PermissionDenied

from consultations.audit import record
from consultations.models import AuditAction
from consultations.permissions import CHANGE, EXPORT, MANAGE, TRAIL, has_any, is_intake


class Guarded:
    """Asks `may_enter` before anything is looked up. First among the bases of a view; ``doing`` goes into the trail."""

    doing = ""

    def may_enter(self, user) -> bool:
        """True for those who may use this screen."""
        raise NotImplementedError

    def dispatch(self, request, *args, **kwargs):
        """Refuse in the same way whatever there is, so that nobody learns which requests exist."""
        if not self.may_enter(request.user):
            record.record(AuditAction.REFUSED, by=request.user, doing=self.doing, why="not_permitted")
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class ForReaders(Guarded):
    """For the intake staff, and for whoever a request is assigned to."""

    def may_enter(self, user) -> bool:
        """True when there is anything to see."""
        return has_any(user)


class ForIntake(Guarded):
    """For the intake staff that works on requests; an assigned attorney is not among them."""

    def may_enter(self, user) -> bool:
        """True for those who may see and change requests."""
        return may_work_in_bulk(user)


class ForTrailReaders(Guarded):
    """For those of the intake staff who may read the trail."""

    def may_enter(self, user) -> bool:
        """True for those who may read the trail."""
        return may_read_trail(user)


class ForManagers(Guarded):
    """For those of the intake staff who manage it."""

    def may_enter(self, user) -> bool:
        """True for those who may see how the desk is doing, and decide what is stored."""
        return may_manage(user)


def may_work_in_bulk(user) -> bool:
    """True when the account may change several requests at once."""
    return is_intake(user) and user.has_perm(CHANGE)


def may_export(user) -> bool:
    """True when the account may take requests out as a file. The permission by itself opens nothing."""
    return is_intake(user) and user.has_perm(EXPORT)


def may_read_trail(user) -> bool:
    """True when the account may read who did what. The permission by itself opens nothing."""
    return is_intake(user) and user.has_perm(TRAIL)


def may_manage(user) -> bool:
    """True when the account manages the intake. The permission by itself opens nothing."""
    return is_intake(user) and user.has_perm(MANAGE)
