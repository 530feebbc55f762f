"""The retention page in the admin."""

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from consultations.action_forms import REFUSED
from consultations.audit import record
from consultations.display import user_name
from consultations.models import AuditAction, Erasure, RetentionSettings
from consultations.retention.forms import LookUpForm
from consultations.retention.panel import AHEAD, MOST, falling_due, held_for
from consultations.retention.receipts import receipts_of
from consultations.view_permissions import AdminScreen, ForManagers

LATEST = 20


@method_decorator(sensitive_post_parameters(), name="dispatch")
class RetentionView(ForManagers, AdminScreen, TemplateView):
    """What is due within 30 days, legal holds, the latest erasures, and the lookup of an erasure."""

    doing = "retention"
    template_name = "consultations/admin/retention.html"
    page_title = "Retention"
    header_icon = "bin"
    http_method_names = ["get", "head", "post", "options"]

    def post(self, request) -> HttpResponse:
        form = LookUpForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=REFUSED)
        given = form.cleaned_data["given"]
        erasures = _with_names(Erasure.objects.of(given["reference"])) if given["reference"] else []
        receipts = list(receipts_of(given["number"])) if given["number"] else []
        record.record(AuditAction.SEARCHED, by=request.user, set=self.doing, found=len(erasures) + len(receipts))
        return self.render_to_response(
            self.get_context_data(form=form, is_answered=True, found_erasures=erasures, found_receipts=receipts)
        )

    def get_context_data(self, **kwargs) -> dict:
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
            erasures=_with_names(Erasure.objects.all()[:LATEST]),
            is_automatic=settings.is_automatic,
            settings_url=_settings_url(user),
            **({"form": LookUpForm()} | kwargs),
        )


def _settings_url(user) -> str:
    if not user.has_perm("consultations.change_retentionsettings"):
        return ""
    return reverse("wagtailsettings:edit", args=["consultations", "retentionsettings"])


def _with_names(erasures) -> list[tuple[Erasure, str]]:
    found = list(erasures)
    people = get_user_model().objects.in_bulk({one.actor_id for one in found} - {None})
    return [(one, _who(one, people)) for one in found]


def _who(erasure: Erasure, people: dict) -> str:
    if erasure.actor_id is None:
        return "the site, by date"
    return user_name(people.get(erasure.actor_id)) or f"account {erasure.actor_id}"
