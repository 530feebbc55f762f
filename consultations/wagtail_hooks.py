"""What the admin gets from this app."""

from django.contrib.auth.models import Permission
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.html import format_html_join
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from consultations.calendar.viewset import AppointmentsViewSet
from consultations.conflicts.party_views import PartiesViewSet
from consultations.mail.text_views import AnswerTemplateViewSet, MessageTextViewSet
from consultations.permissions import is_intake
from consultations.queue.dashboard_panel import panel_for
from consultations.view_permissions import may_manage
from consultations.viewsets import ConsultationsViewSet


@hooks.register("register_admin_viewset")
def register_consultations() -> ConsultationsViewSet:
    """Add list and detail to the admin."""
    return ConsultationsViewSet()


@hooks.register("register_admin_viewset")
def register_parties() -> PartiesViewSet:
    """Add the register of known parties to the admin."""
    return PartiesViewSet()


@hooks.register("register_admin_viewset")
def register_appointments() -> AppointmentsViewSet:
    """Add appointments and calendars to the admin."""
    return AppointmentsViewSet()


@hooks.register("register_admin_viewset")
def register_message_texts() -> MessageTextViewSet:
    """Add the texts of messages to the admin."""
    return MessageTextViewSet()


@hooks.register("register_admin_viewset")
def register_answer_templates() -> AnswerTemplateViewSet:
    """Add the templates for answers to the admin."""
    return AnswerTemplateViewSet()


class UndeliveredMenuItem(MenuItem):
    """The way to what could not be delivered."""

    def is_shown(self, request) -> bool:
        """Only for those who do the intake."""
        return is_intake(request.user)


@hooks.register("register_admin_menu_item")
def register_undelivered() -> UndeliveredMenuItem:
    """Add what could not be delivered to the menu."""
    url = reverse_lazy("consultations:messages")
    return UndeliveredMenuItem("Undelivered mail", url, name="undelivered", icon_name="warning", order=91)


class ReportsMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        """Only for those who manage the intake."""
        return may_manage(request.user)


@hooks.register("register_admin_menu_item")
def register_reports() -> ReportsMenuItem:
    url = reverse_lazy("consultations:figures")
    return ReportsMenuItem("Intake reports", url, name="figures", icon_name="table", order=92)


@hooks.register("register_permissions")
def register_permissions():
    """Offer the permissions on requests and known parties in the editor of groups."""
    models = ("consultationrequest", "party")
    return Permission.objects.filter(content_type__app_label="consultations", content_type__model__in=models)


@hooks.register("insert_global_admin_css")
def intake_css():
    names = ("queue", "queue-table", "trail", "intake-panel", "calendar")
    sheets = ((static(f"css/admin-{name}.css"),) for name in names)
    return format_html_join("", '<link rel="stylesheet" href="{}">', sheets)


@hooks.register("construct_homepage_panels")
def add_intake_panel(request, panels):
    """Put the numbers of the intake desk on the home screen of those who may see requests."""
    panel = panel_for(request.user)
    if panel:
        panels.append(panel)
