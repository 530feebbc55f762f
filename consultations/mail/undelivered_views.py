"""Undelivered mail in the admin: the list, and the buttons that send it again."""

from datetime import datetime

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View
from wagtail.admin import messages as notices

from consultations.audit import record
from consultations.models import AuditAction, MessageState, OutgoingMessage
from consultations.permissions import is_intake, may_work_in_bulk, visible_to
from consultations.view_permissions import AdminScreen, Guarded

PER_PAGE = 50
#: The most messages that “Send all again” sends.
MOST = 1000


def messages_for(user):
    if not is_intake(user):
        return OutgoingMessage.objects.none()
    return OutgoingMessage.objects.filter(Q(request=None) | Q(request__in=visible_to(user)))


def dead_count(user) -> int:
    return messages_for(user).dead().count() if is_intake(user) else 0


@transaction.atomic
def requeue(message: OutgoingMessage, *, by, now: datetime | None = None) -> bool:
    """Send a message again, with all its attempts; return False when it was sent, or is being sent now."""
    now = now or timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    waiting = OutgoingMessage.objects.in_trouble().filter(free, pk=message.pk)
    if not waiting.update(state=MessageState.WAITING, attempts=0, next_attempt_at=now, leased_until=None):
        return False
    record.record(AuditAction.CHANGED, by=by, request=message.request_id, doing="requeue", message=message.pk)
    return True


class UndeliveredView(Guarded, AdminScreen, TemplateView):
    """What was given up, then what waits after a failure."""

    doing = "messages"
    template_name = "consultations/admin/undelivered.html"
    page_title = "Undelivered mail"
    header_icon = "mail"

    may_enter = staticmethod(is_intake)

    def get_context_data(self, **kwargs) -> dict:
        found = messages_for(self.request.user).in_trouble().select_related("request")
        # "dead" sorts before "waiting".
        pages = Paginator(found.defer("request__message").order_by("state", "-created_at", "-pk"), PER_PAGE)
        return super().get_context_data(
            page=pages.get_page(self.request.GET.get("p")), can_requeue=may_work_in_bulk(self.request.user), **kwargs
        )


class RequeueView(Guarded, View):
    doing = "requeue"
    http_method_names = ["post"]

    may_enter = staticmethod(may_work_in_bulk)

    def post(self, request, pk: int):
        message = messages_for(request.user).filter(pk=pk).first()
        if message is None:
            raise Http404("No such message")
        if requeue(message, by=request.user):
            notices.success(request, "It is being sent again.")
        else:
            notices.warning(request, "Nothing to do: it was sent in the meantime, or is being sent right now.")
        return HttpResponseRedirect(reverse("consultations:messages"))


class RequeueAllView(RequeueView):
    """Sends all messages on the account's list again."""

    def post(self, request):
        found = messages_for(request.user).in_trouble().order_by("pk")[:MOST]
        count = sum(requeue(message, by=request.user) for message in found)
        notices.success(request, f"{count} {'is' if count == 1 else 'are'} being sent again.")
        return HttpResponseRedirect(reverse("consultations:messages"))
