"""Legal hold, erasure and a person's own data, as buttons on the screen of a request."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from consultations.audit import record
from consultations.case.action_views import DeskView
from consultations.case.views import WithinReach
from consultations.models import AuditAction
from consultations.retention.forms import EraseForm, HoldForm, ReleaseForm
from consultations.retention.subject_access import in_words, own_data
from consultations.view_permissions import may_export
from firm.models import FirmSettings


class HoldView(DeskView):
    """Sets a legal hold."""

    form_class = HoldForm


class ReleaseView(DeskView):
    """Takes a legal hold off."""

    form_class = ReleaseForm


class EraseView(DeskView):
    """Erases the request."""

    form_class = EraseForm

    def next_url(self, done) -> str:
        """Return the list: there is nothing left to show."""
        return reverse("consultations:index")


class OwnDataView(WithinReach, View):
    """A copy for the person: ``?as=page`` to read and print, otherwise JSON. Always a file, never kept by a cache."""

    doing = "own_data"
    http_method_names = ["get", "options"]

    def get(self, request, pk: int) -> HttpResponse:
        """Hand it out, and keep in the trail that it was."""
        found = self.find()
        if not may_export(request.user):
            record.refused(request.user, pk, doing=self.doing, why="not_permitted")
            raise PermissionDenied
        kind = "html" if request.GET.get("as") == "page" else "json"
        data = own_data(found, timezone.now())
        record.record(AuditAction.EXPORTED, by=request.user, request=found, kind=kind, set=self.doing)
        response = self._page(data) if kind == "html" else JsonResponse(data, json_dumps_params={"indent": 2})
        response["Content-Disposition"] = f'attachment; filename="own-data-{found.reference}.{kind}"'
        return response

    def _page(self, data: dict) -> HttpResponse:
        context = {
            "reference": data["reference"],
            "sections": in_words(data),
            "firm": FirmSettings.for_request(self.request),
        }
        return render(self.request, "consultations/admin/own_data.html", context)
