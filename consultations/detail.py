"""One request in the admin, and the buttons on it."""

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from consultations import actions
from consultations.listing import NeedsPermissions, detail_url, user_name
from consultations.models import ConsultationRequest
from consultations.permissions import CHANGE, VIEW, moves_for


class RequestView(NeedsPermissions, WagtailAdminTemplateMixin, TemplateView):
    """One request on one screen."""

    template_name = "consultations/admin/request.html"
    header_icon = "mail"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, pk: int, **kwargs) -> dict:
        """Add the request, and what this member of staff may do with it. 404 when there is none."""
        found = ConsultationRequest.objects.with_matter().filter(pk=pk).first()
        if found is None:
            raise Http404("No such request")
        self.page_title = str(found)
        user = self.request.user
        return super().get_context_data(
            consultation=found,
            assignee_name=user_name(found.assignee),
            can_change=user.has_perm(CHANGE),
            moves=moves_for(user, found),
            is_mine=found.assignee_id == user.pk,
            **kwargs,
        )

    def get_breadcrumbs_items(self) -> list[dict]:
        """The way to this screen: the list, then the reference."""
        above = {"url": reverse("consultations:index"), "label": "Consultations"}
        return [*self.breadcrumbs_items, above, {"url": "", "label": self.page_title}]


class DeskView(NeedsPermissions, View):
    """A button on a request: does one thing and leads back to it."""

    needed = (VIEW, CHANGE)
    http_method_names = ["post"]

    def post(self, request, pk: int):
        """Do it; 404 when there is no such request."""
        try:
            done = self.act(pk)
        except ConsultationRequest.DoesNotExist as error:
            raise Http404("No such request") from error
        return HttpResponseRedirect(detail_url(done))

    def act(self, pk: int) -> ConsultationRequest:
        """Do what the button says and return the request."""
        raise NotImplementedError


class MoveView(DeskView):
    """Brings the request into the state ``to``."""

    def act(self, pk: int) -> ConsultationRequest:
        """Move it, or say why not."""
        try:
            moved = actions.move(pk, to=self.request.POST.get("to", ""), by=self.request.user)
        except actions.Refused as refusal:
            messages.error(self.request, f"Not changed. {refusal}")
            return refusal.request
        messages.success(self.request, f"{moved} is now {moved.get_status_display().lower()}.")
        return moved


class AssignView(DeskView):
    """Assigns the request to whoever presses the button."""

    def act(self, pk: int) -> ConsultationRequest:
        """Assign it."""
        assigned = actions.assign(pk, to=self.request.user, by=self.request.user)
        messages.success(self.request, f"{assigned} is yours.")
        return assigned
