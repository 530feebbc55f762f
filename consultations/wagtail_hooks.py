"""What this app adds to the admin."""

from django.contrib.auth.models import Permission
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.html import format_html_join
from wagtail import hooks

from consultations.conflicts.party_views import PartiesViewSet
from consultations.mail.text_views import AnswerTemplateViewSet, MessageTextViewSet
from consultations.permissions import is_intake, may_manage
from consultations.queue.dashboard_panel import panel_for
from consultations.view_permissions import GuardedMenuItem
from consultations.viewsets import AppointmentsViewSet, ConsultationsViewSet


@hooks.register("register_admin_viewset")
def register_viewsets() -> list:
    viewsets = (ConsultationsViewSet, PartiesViewSet, AppointmentsViewSet, MessageTextViewSet, AnswerTemplateViewSet)
    return [viewset() for viewset in viewsets]


@hooks.register("register_admin_menu_item")
def register_undelivered() -> GuardedMenuItem:
    url = reverse_lazy("consultations:messages")
    return GuardedMenuItem(
        "Undelivered mail", url, name="undelivered", icon_name="warning", order=91, may_enter=is_intake
    )


@hooks.register("register_admin_menu_item")
def register_reports() -> GuardedMenuItem:
    url = reverse_lazy("consultations:reports")
    return GuardedMenuItem("Intake reports", url, name="reports", icon_name="table", order=92, may_enter=may_manage)


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
    panel = panel_for(request.user)
    if panel:
        panels.append(panel)
