"""What the admin gets from this app."""

from django.contrib.auth.models import Permission
from wagtail import hooks

from consultations.viewsets import ConsultationsViewSet


@hooks.register("register_admin_viewset")
def register_consultations() -> ConsultationsViewSet:
    """Add list and detail to the admin."""
    return ConsultationsViewSet()


@hooks.register("register_permissions")
def register_permissions():
    """Offer the permissions on requests in the editor of groups."""
    return Permission.objects.filter(content_type__app_label="consultations", content_type__model="consultationrequest")
