"""Keeping and forgetting in the admin: buttons on a request, a person's own data, and the page of what falls due."""

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from consultations.audit import record
from consultations.case.action_views import REFUSED, DeskView
from consultations.case.views import WithinReach
from consultations.models import AuditAction, Erasure, RetentionSettings
from consultations.permissions import MANAGE, is_intake
from consultations.queue.columns import user_name
from consultations.retention.forms import EraseForm, HoldForm, LookUpForm, ReleaseForm
from consultations.retention.panel import AHEAD, MOST, falling_due, held_for
from consultations.retention.receipts import receipts_of
from consultations.retention.subject_access import in_words, own_data
from consultations.view_permissions import Guarded, may_export
from firm.models import FirmSettings

LATEST = 20


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


class ForManagers(Guarded):
    """For those of the intake staff who manage requests."""

    def may_enter(self, user) -> bool:
        """True for those who may decide what is kept."""
        return may_manage(user)


def may_manage(user) -> bool:
    """True when the account manages requests. The permission by itself opens nothing."""
    return is_intake(user) and user.has_perm(MANAGE)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class RetentionView(ForManagers, WagtailAdminTemplateMixin, TemplateView):
    """What falls due within 30 days, what is held, what was erased last; and whether something was erased."""

    doing = "retention"
    template_name = "consultations/admin/retention.html"
    page_title = "Retention"
    header_icon = "bin"
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request, *args, **kwargs):
        """Keep it out of every cache."""
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    def post(self, request) -> HttpResponse:
        """Answer what was asked."""
        form = LookUpForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=REFUSED)
        given = form.cleaned_data["given"]
        erasures = _told(Erasure.objects.of(given["reference"])) if given["reference"] else []
        receipts = list(receipts_of(given["number"])) if given["number"] else []
        record.record(AuditAction.SEARCHED, by=request.user, set=self.doing, found=len(erasures) + len(receipts))
        return self.render_to_response(
            self.get_context_data(form=form, is_answered=True, found_erasures=erasures, found_receipts=receipts)
        )

    def get_context_data(self, **kwargs) -> dict:
        """Add the lists, and keep in the trail that somebody looked."""
        user, now = self.request.user, timezone.now()
        lines = falling_due(user, now)
        record.record(AuditAction.LISTED, by=user, set=self.doing, found=len(lines))
        settings = RetentionSettings.current()
        return super().get_context_data(
            lines=lines[:MOST],
            is_cut=len(lines) > MOST,
            days=AHEAD.days,
            now=now,
            holds=held_for(user),
            erasures=_told(Erasure.objects.all()[:LATEST]),
            is_automatic=settings.is_automatic,
            settings_url=_settings_url(user),
            **({"form": LookUpForm()} | kwargs),
        )

    def get_breadcrumbs_items(self) -> list[dict]:
        """The way to this screen: the queue, then this."""
        above = {"url": reverse("consultations:index"), "label": "Consultations"}
        return [*self.breadcrumbs_items, above, {"url": "", "label": self.page_title}]


def _settings_url(user) -> str:
    """Return where the periods are set; empty for those who may not."""
    if not user.has_perm("consultations.change_retentionsettings"):
        return ""
    return reverse("wagtailsettings:edit", args=["consultations", "retentionsettings"])


def _told(erasures) -> list[tuple[Erasure, str]]:
    """Return erasures, each with who did it."""
    found = list(erasures)
    people = get_user_model().objects.in_bulk({one.actor_id for one in found} - {None})
    return [(one, _who(one, people)) for one in found]


def _who(erasure: Erasure, people: dict) -> str:
    if erasure.actor_id is None:
        return "the site, by date"
    return user_name(people.get(erasure.actor_id)) or f"account {erasure.actor_id}"
