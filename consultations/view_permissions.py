"""What screens of the intake desk share: access, whose denial is audited, and their place in the admin."""

from django.core.exceptions import PermissionDenied
from django.urls import path, reverse
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

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


class AdminScreen(WagtailAdminTemplateMixin):
    """A screen of the admin, below ``above``: the names of addresses, with their labels."""

    above: tuple[tuple[str, str], ...] = (("consultations:index", "Consultations"),)
    http_method_names = ["get", "head", "options"]

    def get_breadcrumbs_items(self) -> list[dict]:
        above = [{"url": reverse(name), "label": label} for name, label in self.above if label != self.page_title]
        return [*self.breadcrumbs_items, *above, {"url": "", "label": self.page_title}]


class GuardedMenuItem(MenuItem):
    """A menu item for the accounts of which ``may_enter`` is true."""

    def __init__(self, *args, may_enter, **kwargs):
        super().__init__(*args, **kwargs)
        self.may_enter = may_enter

    def is_shown(self, request) -> bool:
        return self.may_enter(request.user)


class DeskViewSet(ViewSet):
    """A plain `ViewSet`: `ModelViewSet` would add history, usage, copy and export.

    ``views`` has the address, name and class of each view.
    """

    add_to_admin_menu = True
    views: tuple[tuple[str, str, type], ...] = ()

    def get_urlpatterns(self) -> list:
        return [path(address, self.construct_view(view), name=name) for address, name, view in self.views]
