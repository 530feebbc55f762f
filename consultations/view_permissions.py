"""Restricts screens and menu items of the intake desk. Denied access is audited."""

from django.core.exceptions import PermissionDenied
from wagtail.admin.menu import MenuItem

from consultations.audit import record
from consultations.models import AuditAction
from consultations.permissions import has_any, may_manage, may_read_trail, may_work_in_bulk


class Guarded:
    """Asks `may_enter` before anything is looked up; first among the bases of a view. ``doing`` is audited."""

    doing = ""

    def may_enter(self, user) -> bool:
        raise NotImplementedError

    def dispatch(self, request, *args, **kwargs):
        """Refuse in the same way whatever exists, so that nobody learns which requests there are."""
        if not self.may_enter(request.user):
            record.record(AuditAction.REFUSED, by=request.user, doing=self.doing, why="not_permitted")
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class ForReaders(Guarded):
    may_enter = staticmethod(has_any)


class ForIntake(Guarded):
    may_enter = staticmethod(may_work_in_bulk)


class ForTrailReaders(Guarded):
    may_enter = staticmethod(may_read_trail)


class ForManagers(Guarded):
    may_enter = staticmethod(may_manage)


class GuardedMenuItem(MenuItem):
    """A menu item for the accounts of which ``may_enter`` is true."""

    def __init__(self, *args, may_enter, **kwargs):
        super().__init__(*args, **kwargs)
        self.may_enter = may_enter

    def is_shown(self, request) -> bool:
        return self.may_enter(request.user)
