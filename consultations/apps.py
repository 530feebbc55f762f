"""The consultations app: requests for a free consultation."""

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = "Consultations"
    public_urls = "consultations.urls"

    def ready(self):
        """Register the views of models, the health checks, and what is added to backups."""
        from consultations import backup_hooks
        from consultations.health_checks import CHECKS
        from consultations.intake import view
        from consultations.mail import previews
        from consultations.models import ConsultationPage
        from consultations.models.messages import PlaceholderText
        from firm.monitoring.health import register

        ConsultationPage.views, PlaceholderText.previews = view, previews
        register(*CHECKS)
        backup_hooks.register()
