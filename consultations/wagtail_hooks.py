"""What the admin gets from this app."""

from django.contrib.auth.models import Permission
from django.urls import reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from consultations.message_texts import MessageTextViewSet
from consultations.permissions import is_intake
from consultations.viewsets import ConsultationsViewSet


@hooks.register("register_admin_viewset")
def register_consultations() -> ConsultationsViewSet:
    """Add list and detail to the admin."""
    return ConsultationsViewSet()


@hooks.register("register_admin_viewset")
def register_message_texts() -> MessageTextViewSet:
    """Add the texts of messages to the admin."""
    return MessageTextViewSet()


class MailroomMenuItem(MenuItem):
    """The way to what could not be delivered."""

    def is_shown(self, request) -> bool:
        """Only for those who do the intake."""
        return is_intake(request.user)


@hooks.register("register_admin_menu_item")
def register_mailroom() -> MailroomMenuItem:
    """Add what could not be delivered to the menu."""
    url = reverse_lazy("consultations:messages")
    return MailroomMenuItem("Undelivered messages", url, name="mailroom", icon_name="warning", order=91)


@hooks.register("register_permissions")
def register_permissions():
    """Offer the permissions on requests in the editor of groups."""
    return Permission.objects.filter(content_type__app_label="consultations", content_type__model="consultationrequest")
