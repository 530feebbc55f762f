"""What could not be delivered, in the admin: the list of it, and the button that sends it again."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View
from wagtail.admin import messages as notices
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from consultations.audit import record
from consultations.models import AuditAction, MessageState, OutgoingMessage
from consultations.permissions import CHANGE, is_intake, visible_to

PER_PAGE = 50
#: The most messages that one press of the button for all sends again.
MOST = 1000


def messages_for(user):
    """Return the messages that an account may know of: none about a request that it is screened from."""
    if not is_intake(user):
        return OutgoingMessage.objects.none()
    return OutgoingMessage.objects.filter(Q(request=None) | Q(request__in=visible_to(user)))


def dead_count(user) -> int:
    """Return how many messages were given up, as far as the account may know."""
    return messages_for(user).dead().count() if is_intake(user) else 0


def may_requeue(user) -> bool:
    """True for those who may send messages again."""
    return is_intake(user) and user.has_perm(CHANGE)


@transaction.atomic
def requeue(message: OutgoingMessage, *, by, now: datetime | None = None) -> bool:
    """Send a message again, soon and with all its attempts; return False when it is sent, or on its way by now."""
    now = now or timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    waiting = OutgoingMessage.objects.in_trouble().filter(free, pk=message.pk)
    if not waiting.update(state=MessageState.WAITING, attempts=0, next_attempt_at=now, leased_until=None):
        return False
    record.record(AuditAction.CHANGED, by=by, request=message.request_id, doing="requeue", message=message.pk)
    return True


class NeedsIntake:
    """Lets in those who do the intake. First among the bases of a view."""

    def dispatch(self, request, *args, **kwargs):
        """Refuse before anything is looked up."""
        if not self.is_allowed(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self, user) -> bool:
        """Return whether the account may enter."""
        return is_intake(user)


class MailroomView(NeedsIntake, WagtailAdminTemplateMixin, TemplateView):
    """What was given up, then what waits after a failure."""

    template_name = "consultations/admin/mailroom.html"
    page_title = "Undelivered mail"
    header_icon = "mail"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs) -> dict:
        """Add the messages, and whether they can be sent again."""
        found = messages_for(self.request.user).in_trouble().select_related("request")
        # "dead" sorts before "waiting".
        pages = Paginator(found.defer("request__message").order_by("state", "-created_at", "-pk"), PER_PAGE)
        return super().get_context_data(
            page=pages.get_page(self.request.GET.get("p")), can_requeue=may_requeue(self.request.user), **kwargs
        )

    def get_breadcrumbs_items(self) -> list[dict]:
        """The way to this screen: the list of requests, then this."""
        above = {"url": reverse("consultations:index"), "label": "Consultations"}
        return [*self.breadcrumbs_items, above, {"url": "", "label": self.page_title}]


class RequeueView(NeedsIntake, View):
    """The button on one message."""

    http_method_names = ["post"]

    def is_allowed(self, user) -> bool:
        """Return whether the account may send again."""
        return may_requeue(user)

    def post(self, request, pk: int):
        """Send it again; 404 when there is no such message for this account."""
        message = messages_for(request.user).filter(pk=pk).first()
        if message is None:
            raise Http404("No such message")
        if requeue(message, by=request.user):
            notices.success(request, "It is on its way again.")
        else:
            notices.warning(request, "Nothing to do: it was sent in the meantime, or is being sent right now.")
        return HttpResponseRedirect(reverse("consultations:messages"))


class RequeueAllView(RequeueView):
    """The button for all of them."""

    def post(self, request):
        """Send again whatever is on the list of this account."""
        found = messages_for(request.user).in_trouble().order_by("pk")[:MOST]
        count = sum(requeue(message, by=request.user) for message in found)
        notices.success(request, f"{count} on {'its' if count == 1 else 'their'} way again.")
        return HttpResponseRedirect(reverse("consultations:messages"))
